/**
 * DermNet as Kaggle hands it out: `{train,test}/<category>/<disease>-<n>.jpg`, wherever these folders lie. The label is
 * the file's name less its number, with spaces for hyphens. Names without a number say no disease and are left out, as in
 * the released code; so are names that say "histology" or "laboratory". "Dermoscopy" in a name is the modality. Without
 * `test/` there is no official split.
 */
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { createMalignantNames } from '../../../domain/knowledge/malignant-label.ts';
import type { DataFolder } from '../opening/folder.ts';
import { plainName, stemOf } from '../opening/names.ts';
import { readTable, type Table } from '../opening/table.ts';
import { findExport } from '../opening/tables.ts';
import { diagnose, noSkinPicture, undecided } from '../records/diagnosis.ts';
import type { CaseRecord, DatasetAdapter, Diagnosed, LeftOut, SourceRecord } from '../records/record.ts';

/** Slides, cultures and the like: what the disease looks like in a laboratory. */
const notClinicalWord =
  /\b(?:histo(?:logy|logical|logic|patholog\w*)?|patholog\w*|cytolog\w*|laborator\w*|lab|microscop\w*|cultures?|koh|tzanck|smears?|gram stain|immunofluorescence|electron)\b/i;
const dermoscopyWord = /\b(?:derm(?:at)?oscop\w*|epiluminescence)\b/i;

const parts = ['train', 'test'] as const;
type Part = (typeof parts)[number];

export const readDermNet: DatasetAdapter = async function* (folder, knowledge) {
  const found = findCategories(folder);
  const missing = parts.filter((part) => !found.some((category) => category.part === part));
  if (missing.length === parts.length) {
    const table = findExport(folder, { image: 'file' }, 'train/ and test/');
    if (table) return yield* readExport(table, knowledge);
    throw userMistake(`${folder.name}: holds no folder train/; expected train/<category>/<disease>-<number>.jpg`);
  }
  // Training pictures alone are dealt like a set without a split; test pictures alone are never trained on.
  const isDealt = missing.includes('test');
  if (missing.length > 0) {
    folder.note(`holds no folder ${missing[0]}/${isDealt ? ', so that its cases have no official split' : ''}`);
  }
  const readName = createNameReader(knowledge);
  for (const part of parts) {
    for (const { path, name } of found.filter((category) => category.part === part)) {
      const at = `${part}/${name}`;
      for (const { path: file, ref } of folder.imagesIn(path)) {
        const stem = stemOf(file);
        const read = readName(stem, name);
        if ('kind' in read) {
          yield read;
          continue;
        }
        yield {
          kind: 'case',
          where: `${at}/${stem}`,
          id: `${at}/${stem}`,
          source: 'dermnet',
          image: ref,
          group: `dermnet/${at}/${stem}`,
          archiveIds: [],
          ...(isDealt ? {} : { officialSplit: part }),
          ...read,
        };
      }
    }
  }
};

/** Hugging Face's exports keep the names of the files, and with them the diseases. */
async function* readExport(table: Table, knowledge: Knowledge): AsyncGenerator<SourceRecord | LeftOut> {
  const readName = createNameReader(knowledge);
  for await (const row of readTable(table, ['file'])) {
    const stem = stemOf(row.require('file'));
    const read = readName(stem, '');
    if ('kind' in read) yield read;
    else {
      yield {
        kind: 'case',
        where: row.where,
        id: stem,
        source: 'dermnet',
        image: row.image ?? { absent: stem },
        group: `dermnet/${stem}`,
        archiveIds: [],
        ...read,
      };
    }
  }
}

type Named = Diagnosed & Pick<CaseRecord, 'modality'>;

/** What the name of a file says of its picture, or why it becomes no case. */
function createNameReader(knowledge: Knowledge): (stem: string, category: string) => Named | LeftOut {
  const isMalignant = createMalignantNames(knowledge.taxonomy);
  return (stem, category) => {
    const label = diseaseOf(stem);
    if (label === null) {
      const words = wordsOf(stem);
      const detail = isMalignant(words) ? words : category;
      return { kind: 'left out', reason: 'file name without a disease and a number', detail };
    }
    const notClinical = notClinicalWord.exec(label)?.[0].toLowerCase();
    if (notClinical !== undefined) {
      return { kind: 'left out', reason: `${noSkinPicture}: ${notClinical}`, detail: label };
    }
    const diagnosed = diagnose([label], knowledge);
    if (!diagnosed) return undecided(label, knowledge);
    return { modality: dermoscopyWord.test(label) ? 'dermoscopic' : 'clinical', ...diagnosed };
  };
}

interface Category {
  part: Part;
  /** Below the part, e.g. `Eczema Photos`. */
  name: string;
  /** Below the set's folder. */
  path: string;
}

/** Folders with images below `train/` and `test/`, of which those that lie highest count; in the order of their names. */
function findCategories(folder: DataFolder): Category[] {
  const found = folder.imageFolders().flatMap((path) => {
    const names = path.split('/');
    const partAt = names.findLastIndex((name, i) => i < names.length - 1 && partOf(name) !== undefined);
    const part = partOf(names[partAt] ?? '');
    return part === undefined ? [] : [{ part, depth: partAt, name: names.slice(partAt + 1).join('/'), path }];
  });
  const highest = (part: Part): number =>
    Math.min(...found.filter((category) => category.part === part).map(({ depth }) => depth));
  return found
    .filter(({ part, depth }) => depth === highest(part))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** `Train`, `train.zip`. */
const partOf = (name: string): Part | undefined =>
  parts.find((part) => plainName(name.replace(/\.zip$/i, '')) === part);

/** `bullous-pemphigoid-96` is bullous pemphigoid; null without a number. */
function diseaseOf(stem: string): string | null {
  const disease = /^(?<disease>.+)-\d+$/.exec(stem)?.groups?.disease;
  return disease?.replaceAll('-', ' ') ?? null;
}

/** `03BowensDiseaseLeg` is Bowens Disease Leg. */
const wordsOf = (stem: string): string =>
  stem
    .replaceAll(/[-_\d]+/g, ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .trim();
