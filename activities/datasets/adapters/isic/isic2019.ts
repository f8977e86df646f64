/**
 * ISIC 2019, training part (its test labels were held back): `ISIC_2019_Training_Input/`,
 * `ISIC_2019_Training_GroundTruth.csv`, one-hot, and `ISIC_2019_Training_Metadata.csv` with the lesion, whose prefix
 * names the source: `BCN_`, `HAM_`, `MSK4`.
 */
import { imagesOf } from '../../opening/image-files.ts';
import { readTable } from '../../opening/table.ts';
import { requireTable } from '../../opening/tables.ts';
import { undecided } from '../../records/diagnosis.ts';
import type { DatasetAdapter } from '../../records/record.ts';
import { codes2019, diagnoseIsicCode, hotColumn, isicIds } from './isic-codes.ts';

export const readIsic2019: DatasetAdapter = async function* (folder, knowledge) {
  const truth = await requireTable(folder, {
    names: ['ISIC_2019_Training_GroundTruth'],
    what: 'it holds the labels',
    columns: ['image', ...codes2019],
  });
  const metadata = await requireTable(folder, {
    names: ['ISIC_2019_Training_Metadata'],
    what: 'it names the lesions',
    columns: ['image', 'lesion_id'],
  });
  const lesions = new Map<string, string>();
  for await (const row of readTable(metadata, ['image', 'lesion_id'])) {
    if (row.get('lesion_id') !== '') lesions.set(row.require('image'), `lesion/${row.get('lesion_id')}`);
  }
  const images = imagesOf(folder);
  for await (const row of readTable(truth, ['image', ...codes2019])) {
    const id = row.requireName('image');
    const code = hotColumn(row, codes2019);
    const known = { source: 'isic2019', group: lesions.get(id) ?? isicIds(id).join(), archiveIds: isicIds(id) };
    if (code === 'UNK') {
      yield { ...undecided(code, knowledge), link: { ...known, images: [] } };
      continue;
    }
    yield {
      kind: 'case',
      where: row.where,
      id,
      image: await images.find(id),
      modality: 'dermoscopic',
      ...known,
      ...diagnoseIsicCode(code, knowledge, row.where),
    };
  }
};
