/**
 * BCN20000 (Hernandez-Perez et al. 2024). Figshare and Kaggle: `bcn_20k_train.csv` and `bcn_20k_train/`, nested or not;
 * the test part has no labels and is not read. ISIC archive: `metadata.csv` with `isic_id`, whose names of level 3 are
 * the set's eight classes. The paper's own five folds are not distributed with either.
 */

import { indexImages, stemOf } from '../image-files.ts';
import { type DatasetAdapter, diagnose } from '../source.ts';
import { readTable, requireFile } from '../table.ts';
import { readChallengeSplits } from './challenge-splits.ts';
import { isArchiveTable, readArchiveForm } from './isic-archive.ts';
import { diagnoseIsicCode, isicCodes } from './isic-codes.ts';

const source = 'bcn20000';

/** The set's class of an archive's name; its DF holds scars too. */
const archiveNames: Readonly<Record<string, string>> = {
  nevus: 'NV',
  'melanoma, nos': 'MEL',
  'melanoma metastasis': 'MEL',
  'seborrheic keratosis': 'BKL',
  'solar lentigo': 'BKL',
  'basal cell carcinoma': 'BCC',
  'solar or actinic keratosis': 'AK',
  'squamous cell carcinoma, nos': 'SCC',
  dermatofibroma: 'DF',
  scar: 'DF',
};

export const readBcn20000: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireFile(folder, ['bcn_20k_train.csv', 'metadata.csv'], 'one of them lists the images');
  if (await isArchiveTable(table)) {
    const officialSplit = await readChallengeSplits(folder);
    yield* readArchiveForm(folder, table, knowledge, {
      source,
      ...(officialSplit ? { officialSplit } : {}),
      diagnose: (labels) => {
        const code = labels.map((label) => archiveNames[label.toLowerCase()]).find((found) => found !== undefined);
        return diagnose(code === undefined ? labels : [isicCodes[code] ?? code], knowledge);
      },
    });
    return;
  }
  const images = await indexImages(folder);
  for await (const row of readTable(table, ['bcn_filename', 'diagnosis', 'lesion_id', 'split'])) {
    const file = row.requireName('bcn_filename');
    const id = stemOf(file);
    const lesion = row.get('lesion_id');
    yield {
      kind: 'case',
      where: row.where,
      id,
      source,
      image: await images.find(file),
      group: lesion === '' ? `bcn/${id}` : `lesion/${lesion}`,
      modality: 'dermoscopic',
      archiveIds: [`bcn/${id}`],
      ...diagnoseIsicCode(row.get('diagnosis'), knowledge, `${row.where}: column diagnosis`),
    };
  }
};
