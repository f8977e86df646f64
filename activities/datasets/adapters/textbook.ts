/**
 * Textbook-style cases, the triplets (I, r, d) of the paper: `cases.jsonl` with an image, a rationale, a diagnosis and a
 * source a line, and the images in `images/`.
 */
import { z } from 'zod';
import { modalities, provenanceSchema } from '../../../domain/cases/case.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { parseGivenJson } from '../../../domain/rows/json-text.ts';
import { linesOf } from '../../json-lines.ts';
import { fileName } from '../opening/folder.ts';
import { type ImageIndex, imagesOf } from '../opening/image-files.ts';
import { stemOf } from '../opening/names.ts';
import { findFile } from '../opening/tables.ts';
import { diagnose, undecided } from '../records/diagnosis.ts';
import type { DatasetAdapter, LeftOut, SourceRecord } from '../records/record.ts';

/** Where a set of cases for training keeps its textbook, and where `--data DIR` looks for it. */
export const textbookFolder = 'textbook';
const cases = 'cases';

/** What else a line says (page, caption, …) is kept with the case as its provenance. */
const lineSchema = z.looseObject({
  /** By default the image's name without its ending. */
  id: z.string().min(1).optional(),
  /** Name of a file in `images/`. */
  image: z.string().regex(/^[^/\\]+$/),
  rationale: z.string().trim().min(1),
  diagnosis: z.string().min(1),
  /** Book and page, kept as the case's reference. */
  source: z.string().min(1).optional(),
  modality: z.enum(modalities).default('unknown'),
});

/** What each field must be, in the words of a person. */
const remedies: Readonly<Record<string, string>> = {
  id: 'a text that is not empty, or leave it out: the name of the image is taken then',
  image: 'the name of a file in images/, without a folder',
  rationale: 'the reasoning that leads to the diagnosis, as text that is not empty',
  diagnosis: 'the name of the disease, as text that is not empty',
  source: 'book and page as text that is not empty, or leave it out',
  modality: `one of ${modalities.join(', ')}, or leave it out`,
};

export const readTextbook: DatasetAdapter = async function* (folder, knowledge) {
  const file = await findFile(folder, cases, '.jsonl');
  if (!file) throw userMistake(`${folder.name}: holds no ${cases}.jsonl; each of its lines is a case`);
  const images = imagesOf(folder);
  const bytes = await folder.reader.stream(file.ref);
  for await (const { text, number } of linesOf(bytes, fileName(file), { failure: userMistake }))
    yield await readLine(text, images, knowledge, `${fileName(file)}: line ${number}`);
};

async function readLine(
  content: string,
  images: ImageIndex,
  knowledge: Knowledge,
  where: string,
): Promise<SourceRecord | LeftOut> {
  const line = parseLine(content, where);
  const { image, rationale, diagnosis, source: reference, modality, id = stemOf(image), ...provenance } = line;
  const diagnosed = diagnose([diagnosis], knowledge);
  if (!diagnosed) return undecided(diagnosis, knowledge);
  return {
    kind: 'case',
    where,
    id,
    source: 'textbook',
    image: await images.find(`images/${image}`),
    group: `textbook/${id}`,
    modality,
    archiveIds: [],
    rationale,
    ...(reference === undefined ? {} : { reference }),
    ...(Object.keys(provenance).length === 0 ? {} : { provenance: provenanceSchema.parse(provenance) }),
    ...diagnosed,
  };
}

function parseLine(content: string, where: string): z.infer<typeof lineSchema> {
  let value: unknown;
  try {
    value = parseGivenJson(content);
  } catch (error) {
    throw userMistake(`${where}: is not JSON (${String(error)}); each line is one object`, error);
  }
  const parsed = lineSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const given = issue?.input === undefined ? 'is missing' : `is ${JSON.stringify(issue.input).slice(0, 80)}`;
  throw userMistake(
    `${where}: ${field === '' ? 'the line' : field} ${given}: give ${remedies[field] ?? 'one object with image, rationale and diagnosis'}`,
  );
}
