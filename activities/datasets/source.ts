/** What an adapter makes of a folder: one record an image, checked against the taxonomy, nothing decoded yet. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Malignancy, Split } from '../../domain/cases/case.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';

export interface SourceRecord {
  id: string;
  /** Path of the image file. */
  image: string;
  diagnosis: string;
  path: string[];
  malignancy: Malignancy;
  group: string;
  source: string;
  rationale?: string;
  officialSplit?: Split;
}

/** Reads a folder's tables. Whatever only its author can mend is a user's mistake naming file, row, column and value. */
export type DatasetAdapter = (folder: string, knowledge: Knowledge) => Promise<SourceRecord[]>;

/** Throws a user's mistake unless `folder` is a folder that can be read. */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found) throw userMistake(`${folder}: there is no such folder; give the folder of the data set`);
  if (!found.isDirectory()) throw userMistake(`${folder}: is a file; give the folder of the data set`);
  const readable = await access(folder, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!readable) throw userMistake(`${folder}: may not be read; change its permissions`);
}

/** Name, path and malignancy of a diagnosis; `where` names file and row in messages. */
export function describeDiagnosis(
  name: string,
  { taxonomy }: Knowledge,
  where: string,
): Pick<SourceRecord, 'diagnosis' | 'path' | 'malignancy'> {
  const malignancy = taxonomy.malignancy(name);
  if (malignancy === null) {
    throw userMistake(
      `${where}: "${name}" may be benign or malignant; give a finer diagnosis, e.g. one of ${listSome(taxonomy.children(name))}`,
    );
  }
  return { diagnosis: name, path: taxonomy.path(name), malignancy };
}

/** The first few names of a list, for messages. */
export const listSome = (names: readonly string[], count = 5): string =>
  names.length > count ? `${names.slice(0, count).join(', ')}, … (${names.length} in all)` : names.join(', ');
