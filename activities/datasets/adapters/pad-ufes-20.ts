/**
 * PAD-UFES-20 (Pacheco et al. 2020, Mendeley zr7vgbcyr2): `metadata.csv` and photographs by smartphone in any folder,
 * usually `images/imgs_part_{1,2,3}/`. No official split.
 */
import { indexImages, stemOf } from '../image-files.ts';
import { type DatasetAdapter, diagnoseCode } from '../source.ts';
import { readTable, requireFile } from '../table.ts';

/** SCC includes Bowen disease, which some copies of the table still tell apart. */
export const padUfes20Codes: Readonly<Record<string, string>> = {
  BCC: 'basal cell carcinoma',
  ACK: 'actinic keratosis',
  NEV: 'melanocytic nevus',
  SEK: 'seborrheic keratosis',
  SCC: 'squamous cell carcinoma',
  BOW: 'squamous cell carcinoma',
  BOD: 'squamous cell carcinoma',
  MEL: 'melanoma',
};

export const readPadUfes20: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireFile(folder, ['metadata.csv'], 'it lists the images');
  const images = await indexImages(folder);
  for await (const row of readTable(table, ['patient_id', 'lesion_id', 'diagnostic', 'img_id'])) {
    const file = row.requireName('img_id');
    const id = stemOf(file);
    yield {
      kind: 'case',
      where: row.where,
      id,
      source: 'pad-ufes-20',
      image: await images.find(file),
      group: `patient/${row.require('patient_id')}`,
      modality: 'clinical',
      archiveIds: [`pad-ufes-20/${id}`],
      ...diagnoseCode(row.get('diagnostic'), padUfes20Codes, knowledge, `${row.where}: column diagnostic`),
    };
  }
};
