/**
 * OmniMedVQA (Hu et al. 2024), dermoscopy: `QA_information/Open-access/<set>.json` and `Images/`, in `OmniMedVQA/` or
 * directly. Only questions of type "Disease Diagnosis" of five sets are taken, with their own options; Fitzpatrick 17k
 * and PAD-UFES-20 are left to SkinCon and to training (App. A). What a set lacks is counted, not guessed.
 */
import { basename } from 'node:path';
import { z } from 'zod';
import type { Modality } from '../../../domain/cases/case.ts';
import type { ReadyQuestion } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import { parseGivenJson } from '../../../domain/rows/json-text.ts';
import { type DataFile, type DataFolder, fileName } from '../opening/folder.ts';
import { type ImageIndex, imagesOf } from '../opening/image-files.ts';
import { stemOf } from '../opening/names.ts';
import { findFile } from '../opening/tables.ts';
import type { DatasetAdapter, QuestionRecord } from '../records/record.ts';

const questionType = 'Disease Diagnosis';

interface Part {
  /** Of its file, without ending. */
  name: string;
  source: string;
  modality: Modality;
}

const parts: readonly Part[] = [
  { name: 'ISBI2016', source: 'omnimedvqa/isbi2016', modality: 'dermoscopic' },
  { name: 'ISIC2018', source: 'omnimedvqa/isic2018', modality: 'dermoscopic' },
  { name: 'ISIC2019', source: 'omnimedvqa/isic2019', modality: 'dermoscopic' },
  { name: 'ISIC2020', source: 'omnimedvqa/isic2020', modality: 'dermoscopic' },
  // The benchmark calls these dermoscopic; they are photographs.
  { name: 'Monkeypox Skin Image 2022', source: 'omnimedvqa/monkeypox2022', modality: 'clinical' },
];

const itemSchema = z.object({
  question_id: z.union([z.string(), z.number()]).transform(String),
  question_type: z.string(),
  question: z.string().trim().min(1),
  gt_answer: z.string(),
  image_path: z.string().min(1),
  option_A: z.string(),
  option_B: z.string(),
  option_C: z.string().nullish(),
  option_D: z.string().nullish(),
});
type Item = z.infer<typeof itemSchema>;

export const readOmniMedVqa: DatasetAdapter = async function* (folder) {
  const images = imagesOf(folder);
  const missing: string[] = [];
  for (const part of parts) {
    const file = await findFile(folder, part.name, '.json');
    if (file === null) {
      missing.push(`${part.name}.json`);
      continue;
    }
    for (const [index, value] of (await readItems(file, folder)).entries()) {
      const where = `${fileName(file)}: item ${index}`;
      const item = parseItem(value, where);
      if (item.question_type !== questionType) continue;
      const question = readyQuestion(item);
      if (question) yield { kind: 'question', question, ...(await describe(item, part, images, where)) };
      else yield { kind: 'left out', reason: 'the answer is none of the options', detail: part.source };
    }
  }
  if (missing.length === parts.length) {
    throw userMistake(
      `${folder.name}: holds no ${missing.join(', ')}; expected at least one in QA_information/Open-access/`,
    );
  }
  if (missing.length > 0) folder.note(`holds no ${missing.join(', ')}; the questions of the others are read`);
};

async function describe(
  { question_id: id, image_path: path }: Item,
  { source, modality }: Part,
  images: ImageIndex,
  where: string,
): Promise<Omit<QuestionRecord, 'kind' | 'question'>> {
  if (!path.startsWith('Images/') || /(^|\/)\.\.(\/|$)|\\/.test(path)) {
    throw userMistake(`${where}: image_path is "${path}": expected a path below Images/`);
  }
  const archiveIds = /^ISIC_\d+/.test(basename(path)) ? [`isic/${stemOf(path).replace(/_downsampled$/i, '')}`] : [];
  const group = archiveIds[0] ?? `${source}/${stemOf(path)}`;
  return { where, id, source, image: await images.find(path), group, modality, archiveIds };
}

async function readItems(file: DataFile, folder: DataFolder): Promise<unknown[]> {
  let value: unknown;
  try {
    value = parseGivenJson(new TextDecoder().decode(await folder.reader.read(file.ref)).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw userMistake(`${fileName(file)}: is not JSON (${String(error)}); download it again`, error);
  }
  if (!Array.isArray(value) || value.length === 0) throw userMistake(`${fileName(file)}: expected a list of questions`);
  return value;
}

function parseItem(value: unknown, where: string): Item {
  const parsed = itemSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw userMistake(`${where}: field ${issue?.path.join('.') || '(the item)'}: ${issue?.message}`);
}

/** The right option is the one whose text equals the answer, if need be without case, quotes and a final full stop. */
function readyQuestion({ question, gt_answer, option_A, option_B, option_C, option_D }: Item): ReadyQuestion | null {
  const options = [option_A, option_B, option_C, option_D].filter((text) => text !== null && text !== undefined);
  const exact = options.indexOf(gt_answer);
  const answer = exact >= 0 ? exact : options.map(plain).indexOf(plain(gt_answer));
  return answer < 0 ? null : { text: question, options, answer };
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/["'“”‘’]/g, '')
    .replace(/\.\s*$/, '')
    .trim();
