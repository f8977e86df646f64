/** Small data sets on disk, for tests. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { readRecords } from '../../activities/datasets/import/first-pass.ts';
import type { CaseRecord, LeftOut, SourceRecord } from '../../activities/datasets/records/record.ts';
import type { AdapterName } from '../../domain/recipe/data.ts';
import { shippedKnowledge } from './knowledge.ts';

/** An empty folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by their paths below `folder`. */
export async function writeFiles(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, data] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), data);
  }
}

/** A JPEG of one colour, different for each `shade`. */
export const jpeg = (shade: number, width = 56, height = 56): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: { r: shade % 256, g: 120, b: 80 } } })
    .jpeg()
    .toBuffer();

export interface HamRow {
  lesion?: string;
  id: string;
  dx?: string;
  patient?: string;
}

/** A metadata table in HAM10000's columns, with `patient_id` where a row names one. */
export function metadataTable(rows: readonly HamRow[], lineEnd = '\n'): string {
  const patients = rows.some((row) => row.patient !== undefined);
  const header = `lesion_id,image_id,dx,dx_type,age,sex,localization${patients ? ',patient_id' : ''}`;
  const lines = rows.map((row) => {
    const fields = [row.lesion ?? `L_${row.id}`, row.id, row.dx ?? 'nv', 'histo', '80.0', 'male', 'scalp'];
    return [...fields, ...(patients ? [row.patient ?? ''] : [])].join(',');
  });
  return [header, ...lines, ''].join(lineEnd);
}

/** A folder with the table, one image per row in two parts, and a textbook of two cases. */
export async function hamFolder(rows: readonly HamRow[]): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'HAM10000_metadata.csv': metadataTable(rows) });
  for (const [index, row] of rows.entries()) {
    const part = `HAM10000_images_part_${1 + (index % 2)}`;
    await writeFiles(folder, { [`${part}/${row.id}.jpg`]: await jpeg(3 * index) });
  }
  return folder;
}

export const textbookLine = (id: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    id,
    image: `${id}.jpg`,
    rationale: 'Presence of tan, regular border and pigment network indicates melanocytic nevus.',
    diagnosis: 'melanocytic nevus',
    ...more,
  });

/** Everything that an adapter makes of a folder. */
export async function readAll(
  adapter: AdapterName,
  folder: string,
  onNote: (note: string) => void = () => {},
): Promise<(SourceRecord | LeftOut)[]> {
  const records: (SourceRecord | LeftOut)[] = [];
  const request = { adapter, folder, knowledge: shippedKnowledge, onNote };
  for await (const record of readRecords(request)) records.push(record);
  return records;
}

/** The records with a diagnosis. */
export const caseRecords = async (adapter: AdapterName, folder: string): Promise<CaseRecord[]> =>
  (await readAll(adapter, folder)).filter((record) => record.kind === 'case');
