/**
 * OmniMedVQA (Hu et al. 2024), dermoscopy: `QA_information/Open-access/<set>.json` and `Images/`, in `OmniMedVQA/` or
 * directly. Only questions of type "Disease Diagnosis" of five sets are taken, with their own options; Fitzpatrick 17k
 * and PAD-UFES-20 are left to SkinCon and to training (S1, App. A). What a set lacks is counted, not guessed.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Modality } from '../../../domain/cases/case.ts';
import type { ReadyQuestion } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import { stemOf } from '../image-files.ts';
import type { DatasetAdapter, FoundImage, QuestionRecord } from '../source.ts';
import { requireFile } from '../table.ts';

const questionType = 'Disease Diagnosis';

interface Part {
  file: string;
  source: string;
  modality: Modality;
}

const parts: readonly Part[] = [
  { file: 'ISBI2016.json', source: 'omnimedvqa/isbi2016', modality: 'dermoscopic' },
  { file: 'ISIC2018.json', source: 'omnimedvqa/isic2018', modality: 'dermoscopic' },
  { file: 'ISIC2019.json', source: 'omnimedvqa/isic2019', modality: 'dermoscopic' },
  { file: 'ISIC2020.json', source: 'omnimedvqa/isic2020', modality: 'dermoscopic' },
  // The benchmark calls these dermoscopic; they are photographs.
  { file: 'Monkeypox Skin Image 2022.json', source: 'omnimedvqa/monkeypox2022', modality: 'clinical' },
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
  for (const part of parts) {
    const file = await requireFile(folder, [part.file], 'expected it in QA_information/Open-access/');
    const root = join(file, '../../..');
    for (const [index, value] of (await readItems(file)).entries()) {
      const where = `${part.file}: item ${index}`;
      const item = parseItem(value, where);
      if (item.question_type !== questionType) continue;
      const question = readyQuestion(item);
      if (question) yield { kind: 'question', question, ...(await describe(item, part, root, where)) };
      else yield { kind: 'left out', reason: 'the answer is none of the options', detail: part.source };
    }
  }
};

async function describe(
  { question_id: id, image_path: path }: Item,
  { source, modality }: Part,
  root: string,
  where: string,
): Promise<Omit<QuestionRecord, 'kind' | 'question'>> {
  if (!path.startsWith('Images/') || /(^|\/)\.\.(\/|$)|\\/.test(path)) {
    throw userMistake(`${where}: image_path is "${path}": expected a path below Images/`);
  }
  const archiveIds = /^ISIC_\d+/.test(basename(path)) ? [`isic/${stemOf(path).replace(/_downsampled$/i, '')}`] : [];
  const group = archiveIds[0] ?? `${source}/${stemOf(path)}`;
  return { where, id, source, image: await findImage(root, path), group, modality, archiveIds };
}

async function readItems(file: string): Promise<unknown[]> {
  let value: unknown;
  try {
    value = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw userMistake(`${basename(file)}: is not JSON; download it again`, error);
  }
  if (!Array.isArray(value) || value.length === 0) throw userMistake(`${basename(file)}: expected a list of questions`);
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

const findImage = async (root: string, path: string): Promise<FoundImage> =>
  (await stat(join(root, path)).catch(() => null))?.isFile() ? { path: join(root, path) } : { absent: path };
