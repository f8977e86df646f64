/**
 * Downloads of the ISIC archive (`isic` command or web page): `metadata.csv` with `isic_id` and the images. Today's
 * tables hold a path of the archive's hierarchy in `diagnosis_1` to `diagnosis_5`, older ones a single `diagnosis`.
 */
import type { Modality, Split } from '../../../../domain/cases/case.ts';
import type { Knowledge } from '../../../../domain/knowledge/knowledge.ts';
import type { DataFolder } from '../../opening/folder.ts';
import { imagesOf } from '../../opening/image-files.ts';
import { hasColumn, readColumns, readTable, type Table } from '../../opening/table.ts';
import { requireTable } from '../../opening/tables.ts';
import { diagnose, undecided } from '../../records/diagnosis.ts';
import type { DatasetAdapter, Diagnosed, LeftOut, SourceRecord } from '../../records/record.ts';
import { isicTies } from './isic-codes.ts';

const finestFirst = ['diagnosis_5', 'diagnosis_4', 'diagnosis_3', 'diagnosis_2', 'diagnosis_1', 'diagnosis'] as const;

interface ArchiveForm {
  source: string;
  /** Diagnosis of a row's labels, finest first; by default the finest that the taxonomy knows. */
  diagnose?: (labels: readonly string[], knowledge: Knowledge) => Diagnosed | null;
  /** Side of an image, where the set's challenge is known to have one. */
  officialSplit?: (id: string) => Split;
}

export const readIsicArchive: DatasetAdapter = async function* (folder, knowledge) {
  const table = await requireTable(folder, {
    names: ['metadata', archiveMetadata],
    what: 'the archive puts it beside the images',
    columns: ['isic_id'],
    except: challengeMetadata,
    parquet: { image: 'isic_id', label: 'diagnosis' },
  });
  yield* readArchiveForm(folder, table, knowledge, { source: 'isic-archive' });
};

/** The web page puts the collection's name before, and the day behind: `bcn20000_metadata_2025-07-22.csv`. */
export const archiveMetadata = '*_metadata';

/** Tables of the challenge that may lie beside it, and whose names end alike. */
export const challengeMetadata = ['ISIC_2019_Training_Metadata', 'ISIC_2019_Test_Metadata'];

/** True where a table is a download of the archive. */
export const isArchiveTable = async (table: Table): Promise<boolean> => hasColumn(await readColumns(table), 'isic_id');

/** Reads a set in the form in which the archive hands it out. */
export async function* readArchiveForm(
  folder: DataFolder,
  table: Table,
  knowledge: Knowledge,
  form: ArchiveForm,
): AsyncGenerator<SourceRecord | LeftOut> {
  const columns = await readColumns(table);
  const diagnosisColumn =
    hasColumn(columns, 'diagnosis_1') || !hasColumn(columns, 'diagnosis') ? 'diagnosis_1' : 'diagnosis';
  const images = imagesOf(folder);
  for await (const row of readTable(table, ['isic_id', diagnosisColumn])) {
    const id = row.requireName('isic_id');
    const labels = finestFirst.map((column) => row.get(column)).filter((label) => label !== '');
    const [finest] = labels;
    const official = form.officialSplit ? { officialSplit: form.officialSplit(id) } : {};
    const known = { source: form.source, ...isicTies(row, id), ...official };
    if (finest === undefined) {
      yield { kind: 'left out', reason: 'no diagnosis', detail: '', link: { ...known, images: [] } };
      continue;
    }
    const diagnosed = (form.diagnose ?? diagnose)(labels, knowledge);
    if (!diagnosed) {
      const detail = labels.toReversed().join(' : ');
      yield { ...undecided(finest, knowledge), detail, link: { ...known, images: [] } };
      continue;
    }
    yield {
      kind: 'case',
      where: row.where,
      id,
      image: await images.find(id, row),
      modality: modalityOf(row.get('image_type')),
      ...known,
      ...diagnosed,
    };
  }
}

function modalityOf(imageType: string): Modality {
  const type = imageType.toLowerCase();
  if (type === 'dermoscopic') return 'dermoscopic';
  return type.startsWith('clinical') || type.startsWith('tbp') ? 'clinical' : 'unknown';
}
