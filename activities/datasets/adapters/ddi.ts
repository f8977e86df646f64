/** Stanford's Diverse Dermatology Images (Daneshjou et al. 2022): `ddi_metadata.csv` and `images/000001.png`. */
import { notedSkinTone } from '../../../domain/cases/skin-tone.ts';
import { imagesOf } from '../opening/image-files.ts';
import { stemOf } from '../opening/names.ts';
import { readTable } from '../opening/table.ts';
import { requireTable } from '../opening/tables.ts';
import { diagnose, undecided } from '../records/diagnosis.ts';
import type { DatasetAdapter } from '../records/record.ts';

export const ddiTable = 'ddi_metadata';
const columns = ['DDI_file', 'malignant', 'disease'];

export const readDdi: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireTable(folder, {
    names: [ddiTable],
    what: 'it lists the images',
    columns,
    parquet: { image: 'DDI_file', label: 'disease' },
  });
  const images = imagesOf(folder);
  for await (const row of readTable(table, columns)) {
    const file = row.requireName('DDI_file');
    const id = stemOf(file);
    const label = row.require('disease');
    const diagnosed = diagnose([label], knowledge);
    if (!diagnosed) {
      yield undecided(label, knowledge);
      continue;
    }
    yield {
      kind: 'case',
      where: row.where,
      id,
      source: 'ddi',
      image: await images.find(file, row),
      group: `ddi/${id}`,
      modality: 'clinical',
      archiveIds: [`ddi/${id}`],
      ...notedSkinTone(row.get('skin_tone')),
      ...diagnosed,
    };
  }
};
