/**
 * ISIC 2020, training part: `train/`, `ISIC_2020_Training_GroundTruth.csv` (or its `_v2`) and, where given, the list of
 * duplicates; Kaggle: `train.csv` and `jpeg/train/`.
 * Most benign rows have the diagnosis `unknown`; they are left out and counted, never guessed.
 */
import type { DataFolder } from '../folder.ts';
import { imagesOf } from '../image-files.ts';
import { type DatasetAdapter, diagnose, undecided } from '../source.ts';
import { readTable } from '../table.ts';
import { findTable, requireTable } from '../tables.ts';
import { isicIds } from './isic-codes.ts';

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
    if (repeats.has(id)) {
      yield { kind: 'left out', reason: "second of a pair in the set's list of duplicates", detail: '' };
      continue;
    }
    const label = row.get('diagnosis');
    const diagnosed = diagnose([label], knowledge);
    if (!diagnosed) {
      yield { ...undecided(label, knowledge), detail: `${label || 'none'} (${row.get('benign_malignant')})` };
      continue;
    }
    const patient = row.get('patient_id');
    yield {
      kind: 'case',
      where: row.where,
      id,
      source: 'isic2020',
      image: await images.find(id, row),
      group: patient === '' ? `isic/${id}` : `patient/${patient}`,
      modality: 'dermoscopic',
      archiveIds: isicIds(id),
      ...diagnosed,
    };
  }
};

/** Images that the organisers found to be in the set already. */
async function readRepeats(folder: DataFolder): Promise<ReadonlySet<string>> {
  const table = await findTable(folder, ['ISIC_2020_Training_Duplicates']);
  const repeats = new Set<string>();
  if (table === null) return repeats;
  for await (const row of readTable(table, ['image_name_1', 'image_name_2'])) repeats.add(row.require('image_name_2'));
  return repeats;
}
