/**
 * DERM12345 (Yilmaz et al. 2024, doi:10.7910/DVN/DAXZ7P): `derm12345_metadata_{train,test}.csv`, or `_all.csv`, and
 * images in `derm12345_{train_part_1,train_part_2,test}/<label>/`. ISIC archive: `metadata.csv` with `isic_id`. The
 * official split shares three patients by design: their classes have one patient only.
 */
import type { Split } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import { indexImages } from '../image-files.ts';
import { type DatasetAdapter, diagnoseCode } from '../source.ts';
import { findFile, readTable } from '../table.ts';
import { isArchiveTable, readArchiveForm } from './isic-archive.ts';

const source = 'derm12345';
const tableNames = ['derm12345_metadata_train.csv', 'derm12345_metadata_test.csv', 'derm12345_metadata_all.csv'];
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
  const tables = (await Promise.all(tableNames.map((name) => findFile(folder, [name])))).filter(
    (path) => path !== null,
  );
  if (tables.length === 0) {
    const archive = await findFile(folder, ['metadata.csv']);
    if (archive === null || !(await isArchiveTable(archive)))
      throw userMistake(`${folder}: holds none of ${tableNames.join(', ')}, nor metadata.csv of the ISIC archive`);
    yield* readArchiveForm(folder, archive, knowledge, { source });
    return;
  }
  const images = await indexImages(folder);
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
        image: await images.find(id),
        group: `patient/${row.require('patient_id')}`,
        modality: 'dermoscopic',
        archiveIds: [`derm12345/${id}`],
        officialSplit,
        ...diagnoseCode(row.get('label'), derm12345Labels, knowledge, `${row.where}: column label`),
      };
    }
  }
};
