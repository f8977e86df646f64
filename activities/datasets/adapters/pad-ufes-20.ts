/**
 * PAD-UFES-20 (Pacheco et al. 2020, Mendeley zr7vgbcyr2): `metadata.csv` and photographs by smartphone in any folder,
 * usually `images/imgs_part_{1,2,3}/`. No official split.
 */
import { notedSkinTone } from '../../../domain/cases/skin-tone.ts';
import { imagesOf } from '../opening/image-files.ts';
import { stemOf } from '../opening/names.ts';
import { readTable } from '../opening/table.ts';
import { requireTable } from '../opening/tables.ts';
import { diagnoseCode } from '../records/diagnosis.ts';
import type { DatasetAdapter } from '../records/record.ts';

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

const columns = ['patient_id', 'lesion_id', 'diagnostic', 'img_id'];

export const readPadUfes20: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireTable(folder, {
    names: ['metadata', 'pad-ufes-20', 'pad-ufes-20_metadata'],
    what: 'it lists the images',
    columns,
    parquet: { image: 'img_id', label: 'diagnostic' },
  });
  const images = imagesOf(folder);
  for await (const row of readTable(table, columns)) {
    const file = row.requireName('img_id');
    const id = stemOf(file);
    yield {
      kind: 'case',
      where: row.where,
      id,
      source: 'pad-ufes-20',
      image: await images.find(file, row),
      group: `patient/${row.require('patient_id')}`,
      modality: 'clinical',
      archiveIds: [`pad-ufes-20/${id}`],
      ...notedSkinTone(row.get('fitspatrick')),
      ...diagnoseCode(row.get('diagnostic'), padUfes20Codes, knowledge, `${row.where}: column diagnostic`),
    };
  }
};
