/**
 * Textbook-style cases, the triplets (I, r, d) of S1: `textbook/cases.jsonl` with an image, a rationale and a
 * diagnosis a line, and the images in `textbook/images`.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { userMistake } from '../../domain/failures.ts';
import { type DatasetAdapter, describeDiagnosis, type SourceRecord } from './source.ts';

export const textbookFolder = 'textbook';

const lineSchema = z.strictObject({
  id: z.string().min(1),
  /** Name of a file in `textbook/images`. */
  image: z.string().regex(/^[^/\\]+$/, 'expected the name of a file in textbook/images, without a folder'),
  rationale: z.string().trim().min(1),
  diagnosis: z.string().min(1),
});

/** Records of the textbook below a data set's folder; none where the set has no `textbook/cases.jsonl`. */
export const readTextbook: DatasetAdapter = async (folder, knowledge) => {
  const file = `${textbookFolder}/cases.jsonl`;
  const text = await readFile(join(folder, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return [];
  const lineOf = new Map<string, number>();
  const records: SourceRecord[] = [];
  for (const [index, content] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (content.trim() === '') continue;
    const where = `${file}: line ${index + 1}`;
    const line = parseLine(content, where);
    const earlier = lineOf.get(line.id);
    if (earlier !== undefined)
      throw userMistake(`${where}: id "${line.id}" stands in line ${earlier} already; remove one`);
    lineOf.set(line.id, index + 1);
    const name = knowledge.taxonomy.resolve(line.diagnosis)?.name;
    if (name === undefined) {
      throw userMistake(
        `${where}: diagnosis is "${line.diagnosis}": allowed are the names of domain/knowledge/taxonomy/`,
      );
    }
    const image = join(folder, textbookFolder, 'images', line.image);
    if (!(await isFile(image))) throw userMistake(`${where}: image "${line.image}" is not in ${textbookFolder}/images`);
    const { id, rationale } = line;
    records.push({
      id,
      image,
      rationale,
      group: id,
      source: 'textbook',
      ...describeDiagnosis(name, knowledge, `${where}: diagnosis`),
    });
  }
  return records;
};

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

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
