/**
 * Sides of the archive's pictures in the challenge of 2019, by tables that lie beside them. The archive's BCN20000 holds
 * both: what Figshare hands out as `bcn_20k_train` was the challenge's training part, the rest its test.
 */
import type { Split } from '../../../../domain/cases/case.ts';
import type { DataFolder } from '../../opening/folder.ts';
import { readTable } from '../../opening/table.ts';
import { findTable } from '../../opening/tables.ts';

const trainTables = ['ISIC_2019_Training_GroundTruth', 'ISIC_2019_Training_Metadata'];
const testTables = ['ISIC_2019_Test_GroundTruth', 'ISIC_2019_Test_Metadata'];

/** Null where none of the tables is there. One of them is enough: what it does not list is on the other side. */
export async function readChallengeSplits(folder: DataFolder): Promise<((id: string) => Split) | null> {
  const [train, test] = [await readImages(folder, trainTables), await readImages(folder, testTables)];
  if (test !== null) return (id) => (test.has(id) ? 'test' : 'train');
  return train && ((id) => (train.has(id) ? 'train' : 'test'));
}

async function readImages(folder: DataFolder, names: readonly string[]): Promise<ReadonlySet<string> | null> {
  const tables = (await Promise.all(names.map((name) => findTable(folder, [name])))).filter((table) => table !== null);
  if (tables.length === 0) return null;
  const images = new Set<string>();
  for (const table of tables) {
    for await (const row of readTable(table, ['image'])) images.add(row.get('image').replace(/_downsampled$/i, ''));
  }
  return images;
}
