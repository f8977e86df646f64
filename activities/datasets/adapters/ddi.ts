/** Stanford's Diverse Dermatology Images (Daneshjou et al. 2022): `ddi_metadata.csv` and `images/000001.png`. */
import { indexImages, stemOf } from '../image-files.ts';
import { type DatasetAdapter, diagnose, undecided } from '../source.ts';
import { readTable, requireFile } from '../table.ts';

export const ddiTable = 'ddi_metadata.csv';

export const readDdi: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireFile(folder, [ddiTable], 'it lists the images');
  const images = await indexImages(folder);
  for await (const row of readTable(table, ['DDI_file', 'malignant', 'disease'])) {
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
      image: await images.find(file),
      group: `ddi/${id}`,
      modality: 'clinical',
      archiveIds: [`ddi/${id}`],
      ...diagnosed,
    };
  }
};
