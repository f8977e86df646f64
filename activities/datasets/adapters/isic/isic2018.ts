/**
 * ISIC 2018 Task 3: `ISIC2018_Task3_{Training,Validation,Test}_Input/` and `..._GroundTruth.csv`, one-hot, beside them
 * or in folders of their own. `ISIC2018_Task3_Training_LesionGroupings.csv` names the lesion of a training image.
 */
import { join } from 'node:path';
import type { Split } from '../../../../domain/cases/case.ts';
import { userMistake } from '../../../../domain/failures.ts';
import type { DataFolder } from '../../opening/folder.ts';
import { imagesOf } from '../../opening/image-files.ts';
import { readTable } from '../../opening/table.ts';
import { findTable } from '../../opening/tables.ts';
import type { DatasetAdapter } from '../../records/record.ts';
import { codes2018, diagnoseIsicCode, hotColumn, isicIds } from './isic-codes.ts';

const parts: readonly [name: string, split: Split][] = [
  ['Training', 'train'],
  ['Validation', 'validation'],
  ['Test', 'test'],
];
const groupings = 'ISIC2018_Task3_Training_LesionGroupings';

export const readIsic2018: DatasetAdapter = async function* (folder, knowledge) {
  const lesions = await readLesions(folder);
  const images = imagesOf(folder);
  let tables = 0;
  for (const [part, officialSplit] of parts) {
    const table = await findTable(folder, [`ISIC2018_Task3_${part}_GroundTruth`]);
    if (table === null) continue;
    tables += 1;
    for await (const row of readTable(table, ['image', ...codes2018])) {
      const id = row.requireName('image');
      yield {
        kind: 'case',
        where: row.where,
        id,
        source: 'isic2018',
        image: await images.find(id),
        group: lesions.get(id) ?? `isic/${id}`,
        modality: 'dermoscopic',
        archiveIds: isicIds(id),
        officialSplit,
        ...diagnoseIsicCode(hotColumn(row, codes2018), knowledge, row.where),
      };
    }
  }
  if (tables === 0) {
    throw userMistake(
      `${folder.name}: holds no ${join('ISIC2018_Task3_Test_GroundTruth', 'ISIC2018_Task3_Test_GroundTruth.csv')}, nor that of Training or Validation`,
    );
  }
};

async function readLesions(folder: DataFolder): Promise<ReadonlyMap<string, string>> {
  const table = await findTable(folder, [groupings]);
  const lesions = new Map<string, string>();
  if (table === null) return lesions;
  for await (const row of readTable(table, ['image', 'lesion_id'])) {
    lesions.set(row.require('image'), `lesion/${row.require('lesion_id')}`);
  }
  return lesions;
}
