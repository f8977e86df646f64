/**
 * HAM10000 (Tschandl et al. 2018, doi:10.7910/DVN/DBW86T) as Kaggle and Dataverse lay it out: a metadata table and
 * `<image_id>.jpg` in one or more folders beside it. A `patient_id` column, where there is one, groups the cases.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { indexImages } from './image-files.ts';
import { type DatasetAdapter, describeDiagnosis, listSome, requireFolder, type SourceRecord } from './source.ts';
import { textbookFolder } from './textbook.ts';

/** The set's own codes; any exact name or synonym of the taxonomy is accepted besides. */
const codes: Readonly<Record<string, string>> = {
  akiec: 'actinic keratosis or bowen disease',
  bcc: 'basal cell carcinoma',
  bkl: 'benign keratosis-like lesion',
  df: 'dermatofibroma',
  mel: 'melanoma',
  nv: 'melanocytic nevus',
  vasc: 'vascular lesion',
};

const metadataNames: readonly string[] = ['HAM10000_metadata.csv', 'HAM10000_metadata', 'metadata.csv'];
const requiredColumns = ['lesion_id', 'image_id', 'dx'] as const;

const rowSchema = z.object({
  lesion_id: z.string().trim().min(1),
  image_id: z.string().trim().min(1),
  dx: z.string().trim(),
  patient_id: z.string().trim().optional(),
});

export const readHam10000: DatasetAdapter = async (folder, knowledge) => {
  await requireFolder(folder);
  const metadata = await findMetadata(folder);
  const rows = parseTable(await readFile(metadata, 'utf8'), basename(metadata));
  const images = await indexImages(folder, [textbookFolder]);
  if (images.size === 0) throw userMistake(`${folder}: holds no images; put <image_id>.jpg in it or in a folder below`);

  const rowOf = new Map<string, number>();
  const records: SourceRecord[] = [];
  for (const { row, fields } of rows) {
    const where = `${basename(metadata)}: row ${row}`;
    const parsed = rowSchema.safeParse(fields);
    if (!parsed.success) throw userMistake(`${where}: column ${parsed.error.issues[0]?.path.join('.')} is empty`);
    const { lesion_id: lesion, image_id: id, dx, patient_id: patient } = parsed.data;
    const earlier = rowOf.get(id);
    if (earlier !== undefined)
      throw userMistake(`${where}: image_id "${id}" stands in row ${earlier} already; remove one`);
    rowOf.set(id, row);
    const name = resolveLabel(dx, knowledge, where);
    const image = await images.find(id);
    if (image === null)
      throw userMistake(`${where}: image_id "${id}" has no file ${id}.jpg in ${folder}; add it or remove the row`);
    const group = patient ? `patient/${patient}` : `lesion/${lesion}`;
    records.push({
      id,
      image,
      group,
      source: 'ham10000',
      ...describeDiagnosis(name, knowledge, `${where}: column dx`),
    });
  }
  return records;
};

async function findMetadata(folder: string): Promise<string> {
  const entries = await readdir(folder);
  if (entries.length === 0) throw userMistake(`${folder}: is empty; put the data set into it`);
  const found = metadataNames.filter((name) => entries.includes(name));
  const [first, second] = found;
  if (first === undefined)
    throw userMistake(`${folder}: holds no ${metadataNames.join(', ')}; one of them lists the images`);
  if (second !== undefined) throw userMistake(`${folder}: holds both ${first} and ${second}; remove one`);
  return join(folder, first);
}

interface TableRow {
  /** As a spreadsheet counts: the header is row 1. */
  row: number;
  fields: Record<string, string>;
}

function parseTable(text: string, file: string): TableRow[] {
  const lines = parseCsv(text, file);
  const header = lines[0]?.record.map((name) => name.trim()) ?? [];
  const missing = requiredColumns.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    throw userMistake(
      `${file}: row 1: column ${missing.join(', ')} is missing; the columns are ${listSome(header, 12) || 'none'}`,
    );
  }
  const rows = lines.slice(1).map(({ record, row }) => {
    if (record.length !== header.length) {
      throw userMistake(`${file}: row ${row}: has ${record.length} columns, the header has ${header.length}`);
    }
    return { row, fields: Object.fromEntries(header.map((name, i) => [name, record[i] ?? ''])) };
  });
  if (rows.length === 0) throw userMistake(`${file}: holds a header but no rows`);
  return rows;
}

/** Records with the line that each ends at. */
function parseCsv(text: string, file: string): { record: string[]; row: number }[] {
  try {
    const options = { bom: true, info: true, relaxColumnCount: true, skipEmptyLines: true } as const;
    // With `info` set each element is the record with its position, which the library's types leave out.
    const parsed = parse(text, options) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({ record, row: info.lines }));
  } catch (error) {
    if (error instanceof CsvError) throw userMistake(`${file}: is not a CSV table: ${error.message}`, error);
    throw error;
  }
}

function resolveLabel(label: string, { taxonomy }: Knowledge, where: string): string {
  const name = codes[label.toLowerCase()] ?? taxonomy.resolve(label)?.name;
  if (name !== undefined) return name;
  const allowed = `${Object.keys(codes).join(', ')}, or a name of domain/knowledge/taxonomy/ such as "squamous cell carcinoma"`;
  throw userMistake(`${where}: column dx is "${label}": allowed are ${allowed}`);
}
