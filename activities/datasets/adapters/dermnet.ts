/**
 * DermNet as Kaggle hands it out: `{train,test}/<category>/<disease>-<n>.jpg`, wherever these folders lie. The label is
 * the file's name less its number, with spaces for hyphens. Names without a number say no disease and are left out, as in
 * the released code. Without `test/` there is no official split.
 */
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { DataFolder } from '../folder.ts';
import { plainName, stemOf } from '../names.ts';
import { type DatasetAdapter, diagnose, type LeftOut, type SourceRecord, undecided } from '../source.ts';
import { readTable, type Table } from '../table.ts';
import { findExport } from '../tables.ts';

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
  for (const part of parts) {
    for (const { path, name } of found.filter((category) => category.part === part)) {
      const at = `${part}/${name}`;
      for (const { path: file, ref } of folder.imagesIn(path)) {
        const stem = stemOf(file);
        const label = diseaseOf(stem);
        if (label === null) {
          yield { kind: 'left out', reason: 'file name without a disease and a number', detail: name };
          continue;
        }
        const diagnosed = diagnose([label], knowledge);
        if (!diagnosed) {
          yield undecided(label, knowledge);
          continue;
        }
        yield {
          kind: 'case',
          where: `${at}/${stem}`,
          id: `${at}/${stem}`,
          source: 'dermnet',
          image: ref,
          group: `dermnet/${at}/${stem}`,
          modality: 'clinical',
          archiveIds: [],
          ...(isDealt ? {} : { officialSplit: part }),
          ...diagnosed,
        };
      }
    }
  }
};

/** Hugging Face's exports keep the names of the files, and thereby the diseases. */
async function* readExport(table: Table, knowledge: Knowledge): AsyncGenerator<SourceRecord | LeftOut> {
  for await (const row of readTable(table, ['file'])) {
    const stem = stemOf(row.require('file'));
    const label = diseaseOf(stem);
    const diagnosed = label === null ? null : diagnose([label], knowledge);
    if (label === null) yield { kind: 'left out', reason: 'file name without a disease and a number', detail: '' };
    else if (!diagnosed) yield undecided(label, knowledge);
    else {
      yield {
        kind: 'case',
        where: row.where,
        id: stem,
        source: 'dermnet',
        image: row.image ?? { absent: stem },
        group: `dermnet/${stem}`,
        modality: 'clinical',
        archiveIds: [],
        ...diagnosed,
      };
    }
  }
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
