/**
 * DERM12345 (Yilmaz et al. 2024, doi:10.7910/DVN/DAXZ7P): `derm12345_metadata_{train,test}.csv`, or `_all.csv`, and
 * images in `derm12345_{train_part_1,train_part_2,test}/<label>/`. ISIC archive: `metadata.csv` with `isic_id`. The
 * official split shares three patients by design: their classes have one patient only.
 */
import type { Split } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { DataFolder } from '../opening/folder.ts';
import { imagesOf } from '../opening/image-files.ts';
import { readTable, type Table } from '../opening/table.ts';
import { findTable, passOver, requireTable } from '../opening/tables.ts';
import { diagnoseCode } from '../records/diagnosis.ts';
import type { DatasetAdapter } from '../records/record.ts';
import { archiveMetadata, isArchiveTable, readArchiveForm } from './isic/isic-archive.ts';

const source = 'derm12345';
const partNames = ['derm12345_metadata_train', 'derm12345_metadata_test'];
const wholeName = 'derm12345_metadata_all';
const columns = ['image_id', 'patient_id', 'split', 'label'];

/** The 40 labels of the finest level. */
export const derm12345Labels: Readonly<Record<string, string>> = {
  acb: 'acral compound nevus',
  cb: 'compound nevus',
  ccb: 'congenital compound nevus',
  mcb: 'compound miescher nevus', // the set files it under compound nevi; elsewhere it is an intradermal one
  bdb: 'blue nevus',
  db: 'intradermal nevus',
  ajb: 'acral junctional nevus',
  cjb: 'congenital junctional nevus',
  jb: 'junctional nevus',
  acd: 'acral dysplastic compound nevus',
  cd: 'dysplastic compound nevus',
  ccd: 'congenital dysplastic compound nevus',
  ajd: 'acral dysplastic junctional nevus',
  jd: 'dysplastic junctional nevus',
  srjd: 'spitz or reed nevus',
  rd: 'dysplastic recurrent nevus',
  isl: 'ink spot lentigo',
  ls: 'lentigo simplex',
  sl: 'solar lentigo',
  alm: 'acral lentiginous melanoma',
  anm: 'acral nodular melanoma',
  lm: 'lentigo maligna',
  lmm: 'lentigo maligna melanoma',
  mel: 'melanoma',
  sk: 'seborrheic keratosis',
  lk: 'lichen planus-like keratosis',
  df: 'dermatofibroma',
  angk: 'angiokeratoma',
  ha: 'hemangioma',
  la: 'lymphangioma',
  pg: 'pyogenic granuloma',
  sa: 'spider angioma',
  ak: 'actinic keratosis',
  bcc: 'basal cell carcinoma',
  bd: 'bowen disease',
  ch: 'cutaneous horn',
  mpd: 'mammary paget disease',
  scc: 'squamous cell carcinoma',
  dfsp: 'dermatofibrosarcoma protuberans',
  ks: 'kaposi sarcoma',
};
const splitNames: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'validation',
  validation: 'validation',
  test: 'test',
};

export const readDerm12345: DatasetAdapter = async function* (folder, knowledge) {
  const tables = await findTables(folder);
  const [first] = tables;
  if (first && (await isArchiveTable(first))) {
    yield* readArchiveForm(folder, first, knowledge, { source });
    return;
  }
  const images = imagesOf(folder);
  for (const table of tables) {
    for await (const row of readTable(table, columns)) {
      const id = row.requireName('image_id');
      const officialSplit = splitNames[row.require('split')];
      if (!officialSplit)
        throw userMistake(`${row.where}: column split is "${row.get('split')}": allowed are train, validation, test`);
      yield {
        kind: 'case',
        where: row.where,
        id,
        source,
        image: await images.find(id, row),
        group: `patient/${row.require('patient_id')}`,
        modality: 'dermoscopic',
        archiveIds: [`derm12345/${id}`],
        officialSplit,
        ...diagnoseCode(row.get('label'), derm12345Labels, knowledge, `${row.where}: column label`),
      };
    }
  }
};

/** Both parts; else the table of the whole set; else the archive's. */
async function findTables(folder: DataFolder): Promise<Table[]> {
  const parts: Table[] = [];
  for (const name of partNames) {
    const found = await findTable(folder, [name]);
    if (found) parts.push(found);
  }
  if (parts.length === partNames.length) {
    passOver(folder, [wholeName]);
    return parts;
  }
  const whole = await findTable(folder, [wholeName]);
  if (whole) return [whole];
  if (parts.length > 0) return parts;
  const what = `nor ${partNames.join('.csv, ')}.csv, nor metadata.csv of the ISIC archive`;
  const parquet = { image: 'image_id', label: 'label' };
  return [await requireTable(folder, { names: [wholeName, 'metadata', archiveMetadata], what, columns, parquet })];
}
