/**
 * BCN20000 (Hernandez-Perez et al. 2024). Figshare and Kaggle: `bcn_20k_train.csv` and `bcn_20k_train/`, nested or not;
 * the test part has no labels and is not read. ISIC archive: `metadata.csv` with `isic_id`, whose names of level 3 are
 * the set's eight classes. The paper's own five folds are not distributed with either.
 */

import { imagesOf } from '../opening/image-files.ts';
import { stemOf } from '../opening/names.ts';
import { readTable } from '../opening/table.ts';
import { passOver, requireTable } from '../opening/tables.ts';
import { diagnose } from '../records/diagnosis.ts';
import type { DatasetAdapter } from '../records/record.ts';
import { readChallengeSplits } from './isic/challenge-splits.ts';
import { archiveMetadata, challengeMetadata, isArchiveTable, readArchiveForm } from './isic/isic-archive.ts';
import { diagnoseIsicCode, isicCodes } from './isic/isic-codes.ts';

const source = 'bcn20000';
const columns = ['bcn_filename', 'diagnosis', 'lesion_id', 'split'];

/** The set's class of an archive's name. Its DF holds scars too, which the archive tells apart: a scar stays one. */
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
};

export const readBcn20000: DatasetAdapter = async function* (folder, knowledge) {
  passOver(folder, ['bcn_20k_test']); // it has no labels
  const table = await requireTable(folder, {
    names: ['bcn_20k_train', 'metadata', archiveMetadata],
    what: 'one of them lists the images',
    columns,
    except: challengeMetadata,
    parquet: { image: 'bcn_filename', label: 'diagnosis' },
  });
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
  const images = imagesOf(folder);
  for await (const row of readTable(table, columns)) {
    const file = row.requireName('bcn_filename');
    const id = stemOf(file);
    const lesion = row.get('lesion_id');
    yield {
      kind: 'case',
      where: row.where,
      id,
      source,
      image: await images.find(file, row),
      group: lesion === '' ? `bcn/${id}` : `lesion/${lesion}`,
      modality: 'dermoscopic',
      archiveIds: [`bcn/${id}`],
      ...diagnoseIsicCode(row.get('diagnosis'), knowledge, `${row.where}: column diagnosis`),
    };
  }
};
