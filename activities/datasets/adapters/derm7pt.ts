/**
 * Derm7pt (Kawahara et al. 2019): `meta/meta.csv`, `meta/{train,valid,test}_indexes.csv` and `images/`, in
 * `release_v0/` or directly. The index files hold rows of meta.csv counted from zero, not its `case_num`. Clinical and
 * dermoscopic picture of a case are two cases of one group, as in the paper. Paths differ from the folders in case.
 */
import type { Modality, Split } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { DataFolder } from '../opening/folder.ts';
import { imagesOf } from '../opening/image-files.ts';
import { readTable, type TableRow } from '../opening/table.ts';
import { findTable, requireTable } from '../opening/tables.ts';
import { diagnose, undecided } from '../records/diagnosis.ts';
import type { DatasetAdapter } from '../records/record.ts';

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

const columns = ['case_num', 'diagnosis', 'clinic', 'derm', ...concepts];

export const readDerm7pt: DatasetAdapter = async function* (folder, knowledge) {
  const meta = await requireTable(folder, {
    names: ['meta'],
    what: 'release_v0/meta/meta.csv lists the cases',
    columns,
  });
  const splitOf = await readSplits(folder);
  const images = imagesOf(folder);
  let index = -1;
  for await (const row of readTable(meta, columns)) {
    index += 1;
    const label = row.require('diagnosis').toLowerCase();
    const diagnosed = diagnose([label], knowledge);
    if (!diagnosed) {
      for (const _ of views) yield undecided(label, knowledge);
      continue;
    }
    const number = row.require('case_num');
    const officialSplit = splitOf.get(index)?.split;
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
  const beyond = [...splitOf].find(([row]) => row > index);
  if (beyond) {
    const [row, { where }] = beyond;
    throw userMistake(`${where}: ${row} is not a row of ${meta.name}, whose ${index + 1} rows count from zero`);
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
async function readSplits(folder: DataFolder): Promise<ReadonlyMap<number, { split: Split; where: string }>> {
  const files: readonly [name: string, split: Split][] = [
    ['train_indexes', 'train'],
    ['valid_indexes', 'validation'],
    ['test_indexes', 'test'],
  ];
  const found = await Promise.all(files.map(([name]) => findTable(folder, [name])));
  const splitOf = new Map<number, { split: Split; where: string }>();
  if (found.every((path) => path === null)) return splitOf;
  for (const [i, [name, split]] of files.entries()) {
    const path = found[i];
    if (!path) throw userMistake(`${folder.name}: holds no ${name}.csv, but others of meta/*_indexes.csv; add it`);
    for await (const row of readTable(path, ['indexes'])) {
      const index = Number(row.require('indexes'));
      if (!Number.isInteger(index) || index < 0)
        throw userMistake(`${row.where}: "${row.get('indexes')}" is not a row number`);
      if (splitOf.has(index)) throw userMistake(`${row.where}: ${index} is in two of the index files; remove one`);
      splitOf.set(index, { split, where: row.where });
    }
  }
  return splitOf;
}
