/**
 * Textbook-style cases, the triplets (I, r, d) of S1: `cases.jsonl` with an image, a rationale, a diagnosis and a
 * source a line, and the images in `images/`.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { modalities } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { stemOf } from '../image-files.ts';
import { type DatasetAdapter, diagnoseCode, type FoundImage, type SourceRecord } from '../source.ts';
import { requireFile } from '../table.ts';

/** Where a set of cases for training keeps its textbook, and where `--data DIR` looks for it. */
export const textbookFolder = 'textbook';
const fileName = 'cases.jsonl';

const lineSchema = z.strictObject({
  /** By default the image's name without its ending. */
  id: z.string().min(1).optional(),
  /** Name of a file in `images/`. */
  image: z.string().regex(/^[^/\\]+$/, 'expected the name of a file in images/, without a folder'),
  rationale: z.string().trim().min(1),
  diagnosis: z.string().min(1),
  /** Book and page, kept as the case's reference. */
  source: z.string().min(1).optional(),
  modality: z.enum(modalities).default('unknown'),
});

export const readTextbook: DatasetAdapter = async function* (folder, knowledge) {
  const file = await requireFile(folder, [fileName], 'each of its lines is a case');
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const content = text.replace(/^\uFEFF/, '');
    const where = `${fileName}: line ${number}`;
    if (content.trim() !== '') yield await readLine(content, folder, knowledge, where);
  }
};

async function readLine(content: string, folder: string, knowledge: Knowledge, where: string): Promise<SourceRecord> {
  const { image, rationale, diagnosis, source: reference, modality, id = stemOf(image) } = parseLine(content, where);
  return {
    kind: 'case',
    where,
    id,
    source: 'textbook',
    image: await findImage(folder, image),
    group: `textbook/${id}`,
    modality,
    archiveIds: [],
    rationale,
    ...(reference === undefined ? {} : { reference }),
    ...diagnoseCode(diagnosis, {}, knowledge, `${where}: diagnosis`),
  };
}

function parseLine(content: string, where: string): z.infer<typeof lineSchema> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw userMistake(`${where}: is not JSON; each line is one object`, error);
  }
  const parsed = lineSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the line';
  const given = issue?.input === undefined ? '' : ` is ${JSON.stringify(issue.input).slice(0, 80)}`;
  throw userMistake(`${where}: ${field}${given}: ${issue?.message}`);
}

async function findImage(folder: string, name: string): Promise<FoundImage> {
  const path = join(folder, 'images', name);
  return (await stat(path).catch(() => null))?.isFile() ? { path } : { absent: `images/${name}` };
}
