/**
 * ISIC 2020, training part: `train/`, `ISIC_2020_Training_GroundTruth.csv` (or its `_v2`) and, where given, the list of
 * duplicates; Kaggle: `train.csv` and `jpeg/train/`.
 * Most benign rows have the diagnosis `unknown`; they are left out and counted, never guessed.
 */
import type { DataFolder } from '../../opening/folder.ts';
import { imagesOf } from '../../opening/image-files.ts';
import { readTable } from '../../opening/table.ts';
import { findTable, requireTable } from '../../opening/tables.ts';
import { diagnose, undecided } from '../../records/diagnosis.ts';
import type { DatasetAdapter } from '../../records/record.ts';
import { isicIds, isicTies } from './isic-codes.ts';

const columns = ['image_name', 'patient_id', 'diagnosis', 'benign_malignant'];

export const readIsic2020: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireTable(folder, {
    names: ['ISIC_2020_Training_GroundTruth', 'train'],
    what: 'it holds the labels',
    columns,
    parquet: { image: 'image_name', label: 'diagnosis' },
  });
  const repeats = await readRepeats(folder);
  const images = imagesOf(folder);
  for await (const row of readTable(table, columns)) {
    const id = row.requireName('image_name');
    const known = { source: 'isic2020', ...isicTies(row, id) };
    const sameAs = repeats.get(id);
    if (sameAs !== undefined) {
      const link = { ...known, archiveIds: [...known.archiveIds, ...isicIds(sameAs)], images: [] };
      yield { kind: 'left out', reason: "second of a pair in the set's list of duplicates", detail: '', link };
      continue;
    }
    const label = row.get('diagnosis');
    const diagnosed = diagnose([label], knowledge);
    if (!diagnosed) {
      const detail = `${label || 'none'} (${row.get('benign_malignant')})`;
      yield { ...undecided(label, knowledge), detail, link: { ...known, images: [] } };
      continue;
    }
    yield {
      kind: 'case',
      where: row.where,
      id,
      image: await images.find(id, row),
      modality: 'dermoscopic',
      ...known,
      ...diagnosed,
    };
  }
};

/** Images that the organisers found to be in the set already, and as which. */
async function readRepeats(folder: DataFolder): Promise<ReadonlyMap<string, string>> {
  const table = await findTable(folder, ['ISIC_2020_Training_Duplicates']);
  const repeats = new Map<string, string>();
  if (table === null) return repeats;
  for await (const row of readTable(table, ['image_name_1', 'image_name_2'])) {
    repeats.set(row.require('image_name_2'), row.require('image_name_1'));
  }
  return repeats;
}
