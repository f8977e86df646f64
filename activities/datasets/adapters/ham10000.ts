/**
 * HAM10000 (Tschandl et al. 2018, doi:10.7910/DVN/DBW86T). Kaggle: `HAM10000_metadata.csv`; Dataverse: the same as
 * `.tab` or without ending, and with a column `dataset`; ISIC archive: `metadata.csv` with `isic_id`. Images: `<image_id>.jpg` in
 * any folder. The test set is that of ISIC 2018 Task 3, in the columns of the metadata or one-hot. A `patient_id`
 * column, where there is one, groups the cases.
 */
import type { Split } from '../../../domain/cases/case.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { type ImageIndex, imagesOf } from '../opening/image-files.ts';
import { hasColumn, readColumns, readTable, type Table } from '../opening/table.ts';
import { findTable, passOver, requireTable } from '../opening/tables.ts';
import { diagnoseCode } from '../records/diagnosis.ts';
import type { CaseRecord, DatasetAdapter } from '../records/record.ts';
import { archiveMetadata, challengeMetadata, isArchiveTable, readArchiveForm } from './isic/isic-archive.ts';
import { codes2018, hotColumn, isicCodes, isicTies } from './isic/isic-codes.ts';

const source = 'ham10000';
const metadataNames = ['HAM10000_metadata', 'metadata', 'ISIC2018_Task3_Training_GroundTruth', archiveMetadata];
/** nv, mel, … */
const codes = Object.fromEntries(codes2018.map((code) => [code.toLowerCase(), isicCodes[code] ?? code]));
const testNames = ['ISIC2018_Task3_Test_GroundTruth'];

export const readHam10000: DatasetAdapter = async function* (folder, knowledge) {
  // Kaggle adds the images as tables of numbers; lesions stand in the metadata.
  passOver(folder, ['hmnist_28_28_L', 'hmnist_28_28_RGB', 'hmnist_8_8_L', 'hmnist_8_8_RGB']);
  const metadata = await requireTable(folder, {
    names: metadataNames,
    what: 'one of them lists the images',
    columns: ['lesion_id', 'image_id', 'dx'],
    except: [...testNames, ...challengeMetadata],
    parquet: { image: 'image_id', label: 'dx' },
  });
  if (await isArchiveTable(metadata)) {
    yield* readArchiveForm(folder, metadata, knowledge, { source, officialSplit: challengeSplit });
    return;
  }
  const images = imagesOf(folder);
  const test = await findTable(folder, testNames);
  yield* readRows(metadata, images, knowledge, ['lesion_id'], test === null ? undefined : 'train');
  if (test !== null) yield* readRows(test, images, knowledge, [], 'test');
};

/**
 * The archive's HAM10000 is more than the published set, whose 10,015 images are exactly its numbers 24306 to 34320: the
 * challenge of 2018 took its validation (193 images, up to 34523) and its test (1,512, to 36064) from what follows.
 */
function challengeSplit(id: string): Split {
  const number = Number(/^ISIC_(\d+)$/.exec(id)?.[1] ?? 0);
  if (number <= 34_320 || number > 36_064) return 'train';
  return number <= 34_523 ? 'validation' : 'test';
}

async function* readRows(
  table: Table,
  images: ImageIndex,
  knowledge: Knowledge,
  alsoRequired: readonly string[],
  officialSplit: Split | undefined,
): AsyncGenerator<CaseRecord> {
  const oneHot = hasColumn(await readColumns(table), 'MEL');
  const columns = oneHot ? ['image', ...codes2018] : [...alsoRequired, 'image_id', 'dx'];
  for await (const row of readTable(table, columns)) {
    const id = row.requireName(oneHot ? 'image' : 'image_id');
    const code = oneHot ? hotColumn(row, codes2018) : row.get('dx');
    yield {
      kind: 'case',
      where: row.where,
      id,
      source,
      image: await images.find(id, row),
      modality: 'dermoscopic',
      ...isicTies(row, id),
      ...diagnoseCode(code, codes, knowledge, `${row.where}: column dx`),
      ...(officialSplit ? { officialSplit } : {}),
    };
  }
}
