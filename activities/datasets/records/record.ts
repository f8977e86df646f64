/** What an adapter makes of a folder: one record an image, checked against the taxonomy, nothing decoded yet. */
import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import type { Case, Modality, Split } from '../../../domain/cases/case.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import type { ReadyQuestion } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { Malignancy } from '../../../domain/knowledge/malignancy.ts';
import type { FileRef } from '../opening/file-ref.ts';
import type { DataFolder } from '../opening/folder.ts';
import { isUnreadFormat, isUnreadTable, isZipName } from '../opening/names.ts';

/** What every record has, with a diagnosis or with a question. */
interface RecordBase {
  /** Where the record stands, e.g. `metadata.csv: row 7`, for messages. */
  where: string;
  /** Unique within `source`. */
  id: string;
  /** The set, and its part where it has several: `ham10000`, `omnimedvqa/isic2018`. */
  source: string;
  image: FoundImage;
  group: string;
  lesion?: string;
  modality: Modality;
  /** Names of the picture in public archives, e.g. `isic/ISIC_0027419`. */
  archiveIds: string[];
  officialSplit?: Split;
}

export interface Diagnosed {
  diagnosis: string;
  path: string[];
  siblings: string[];
  malignancy: Malignancy;
}

export interface CaseRecord extends RecordBase, Diagnosed {
  kind: 'case';
  concepts?: Record<string, string>;
  rationale?: string;
  reference?: string;
  provenance?: Case['provenance'];
}

/** An item that comes with its own question. */
export interface QuestionRecord extends RecordBase {
  kind: 'question';
  question: ReadyQuestion;
}

/** A picture with expert's concepts and no diagnosis that the taxonomy knows. */
export interface ConceptRecord extends RecordBase {
  kind: 'concepts';
  concepts: Record<string, string>;
}

export type SourceRecord = CaseRecord | QuestionRecord | ConceptRecord;

/** A row that becomes no case, for a reason that lies in the set, e.g. a label that the taxonomy does not know. */
export interface LeftOut {
  kind: 'left out';
  reason: string;
  /** What is counted apart within a reason, e.g. the label. */
  detail: string;
  /** What the row says of its picture all the same. */
  link?: Link;
}

/** Where an image lies, or the name under which it was looked for in vain. */
export type FoundImage = FileRef | { absent: string };

/**
 * Reads a folder's tables, row by row. Whatever only its author can mend is a user's mistake naming file, row, column
 * and value.
 */
export type DatasetAdapter = (folder: DataFolder, knowledge: Knowledge) => AsyncIterable<SourceRecord | LeftOut>;

/** Throws a user's mistake unless `folder` is a folder that can be read and holds something, or a zip archive. */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found) throw userMistake(`${folder}: there is no such folder; give the folder of the data set`);
  if (!found.isDirectory() && isZipName(folder)) return;
  if (!found.isDirectory() && isUnreadTable(folder))
    throw userMistake(`${folder}: is no folder; save it as CSV beside the images and give their folder`);
  if (!found.isDirectory() && isUnreadFormat(folder))
    throw userMistake(`${folder}: only zip archives are read in place; unpack it and give the folder`);
  if (!found.isDirectory()) throw userMistake(`${folder}: is a file; give the folder of the data set`);
  const readable = await access(folder, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!readable) throw userMistake(`${folder}: may not be read; change its permissions`);
  const entries = await readdir(folder);
  if (entries.length === 0) throw userMistake(`${folder}: is empty; put the data set into it`);
  if (entries.every(isUnreadFormat)) {
    const remedy = entries.every(isUnreadTable) ? 'save it as CSV' : 'unpack it';
    throw userMistake(`${folder}: holds only what is not read, ${listSome(entries)}; ${remedy}, then import again`);
  }
}

/**
 * Name, path, siblings and malignancy of the first label that the taxonomy knows, so give the finest first. A label whose node
 * may be benign or malignant decides nothing and is passed over. Null where none is left.
 */
export function diagnose(labels: readonly string[], { taxonomy }: Knowledge): Diagnosed | null {
  for (const label of labels) {
    const name = label === '' ? null : (taxonomy.resolve(label)?.name ?? null);
    const malignancy = name === null ? null : taxonomy.malignancy(name);
    if (name !== null && malignancy !== null)
      return { diagnosis: name, path: taxonomy.path(name), siblings: taxonomy.siblings(name), malignancy };
  }
  return null;
}

/**
 * Diagnosis of a code of a set that has a closed list of them; names of the taxonomy are taken besides. Anything else
 * is a mistake in the table, `where` naming file, row and column.
 */
export function diagnoseCode(
  code: string,
  codes: Readonly<Record<string, string>>,
  knowledge: Knowledge,
  where: string,
): Diagnosed {
  const label = codes[code] ?? codes[code.toLowerCase()] ?? codes[code.toUpperCase()] ?? code;
  const found = diagnose([label], knowledge);
  if (found) return found;
  const name = label === '' ? undefined : knowledge.taxonomy.resolve(label)?.name;
  const names = 'names of the taxonomy such as "squamous cell carcinoma"';
  const allowed = Object.keys(codes).length > 0 ? `${Object.keys(codes).join(', ')}, and ${names}` : `the ${names}`;
  if (name === undefined) throw userMistake(`${where} is "${code}": allowed are ${allowed}`);
  const finer = listSome(knowledge.taxonomy.children(name));
  throw userMistake(`${where}: "${name}" may be benign or malignant; give a finer diagnosis, e.g. one of ${finer}`);
}

/** Begins the reason of what is no picture of skin by the set's own words: nothing is lost with it. */
export const noSkinPicture = 'no picture of the skin';

export const unknownLabel = 'label unknown to the taxonomy';

/** Why `diagnose` gave nothing; `label` as the report should count it. */
export const undecided = (label: string, { taxonomy }: Knowledge): LeftOut => ({
  kind: 'left out',
  reason: taxonomy.resolve(label) ? 'label that decides no malignancy' : unknownLabel,
  detail: label,
});

/** The first few names of a list, for messages. */
export const listSome = (names: readonly string[], count = 5): string =>
  names.length > count ? `${names.slice(0, count).join(', ')}, … (${names.length} in all)` : names.join(', ');
