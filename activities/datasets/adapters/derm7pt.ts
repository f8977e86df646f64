/**
 * Derm7pt (Kawahara et al. 2019): `meta/meta.csv`, `meta/{train,valid,test}_indexes.csv` and `images/`, in
 * `release_v0/` or directly. The index files hold rows of meta.csv counted from zero, not its `case_num`. Clinical and
 * dermoscopic picture of a case are two cases of one group, as in the paper. Paths differ from the folders in case.
 */
import type { Modality, Split } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import { indexImages } from '../image-files.ts';
import { type DatasetAdapter, diagnose, undecided } from '../source.ts';
import { findFile, readTable, requireFile, type TableRow } from '../table.ts';

const views: readonly [column: string, modality: Modality][] = [
  ['clinic', 'clinical'],
  ['derm', 'dermoscopic'],
];

/** The seven points of the checklist. */
const concepts = [
  'pigment_network',
  'streaks',
  'pigmentation',
  'regression_structures',
  'dots_and_globules',
  'blue_whitish_veil',
  'vascular_structures',
];

export const readDerm7pt: DatasetAdapter = async function* (folder, knowledge) {
  const meta = await requireFile(folder, ['meta.csv'], 'release_v0/meta/meta.csv lists the cases');
  const splitOf = await readSplits(folder);
  const images = await indexImages(folder, { foldersInName: 1 });
  let index = -1;
  for await (const row of readTable(meta, ['case_num', 'diagnosis', 'clinic', 'derm', ...concepts])) {
    index += 1;
    const label = row.require('diagnosis').toLowerCase();
    const diagnosed = diagnose([label], knowledge);
    if (!diagnosed) {
      for (const _ of views) yield undecided(label, knowledge);
      continue;
    }
    const number = row.require('case_num');
    const officialSplit = splitOf.get(index);
    if (splitOf.size > 0 && officialSplit === undefined) {
      throw userMistake(
        `${row.where}: row ${index} counted from zero is in none of meta/{train,valid,test}_indexes.csv`,
      );
    }
    for (const [view, modality] of views) {
      yield {
        kind: 'case',
        where: `${row.where}: column ${view}`,
        id: `${number}-${view}`,
        source: 'derm7pt',
        image: await images.find(imagePath(row, view)),
        group: `derm7pt/${number}`,
        modality,
        archiveIds: [],
        concepts: readConcepts(row),
        ...(officialSplit ? { officialSplit } : {}),
        ...diagnosed,
      };
    }
  }
};

const readConcepts = (row: TableRow): Record<string, string> =>
  Object.fromEntries(
    concepts.filter((name) => row.get(name) !== '').map((name) => [name.replaceAll('_', ' '), row.get(name)]),
  );

function imagePath(row: TableRow, view: string): string {
  const path = row.require(view);
  if (/^[^/\\]+\/[^/\\]+$/.test(path) && !path.startsWith('..')) return path;
  throw userMistake(`${row.where}: column ${view} is "${path}": expected FOLDER/name.jpg below images/`);
}

/** Split by row of meta.csv, counted from zero; empty where the set has no index files. */
async function readSplits(folder: string): Promise<ReadonlyMap<number, Split>> {
  const files: readonly [name: string, split: Split][] = [
    ['train_indexes.csv', 'train'],
    ['valid_indexes.csv', 'validation'],
    ['test_indexes.csv', 'test'],
  ];
  const found = await Promise.all(files.map(([name]) => findFile(folder, [name])));
  const splitOf = new Map<number, Split>();
  if (found.every((path) => path === null)) return splitOf;
  for (const [i, [name, split]] of files.entries()) {
    const path = found[i];
    if (!path) throw userMistake(`${folder}: holds no ${name}, but others of meta/*_indexes.csv; add it`);
    for await (const row of readTable(path, ['indexes'])) {
      const index = Number(row.require('indexes'));
      if (!Number.isInteger(index) || index < 0)
        throw userMistake(`${row.where}: "${row.get('indexes')}" is no row number`);
      if (splitOf.has(index)) throw userMistake(`${row.where}: ${index} is in two of the index files; remove one`);
      splitOf.set(index, split);
    }
  }
  return splitOf;
}
