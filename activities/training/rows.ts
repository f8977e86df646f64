/** Writes a job's rows and fetches the images that they name. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { GrpoInput } from '../../domain/contracts/training.ts';
import { userMistake } from '../../domain/failures.ts';
import { questionPrompt } from '../../domain/prompts/prompts.ts';
import type { Question } from '../../domain/questions/question.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import type { ChatRow } from '../../domain/trainer.ts';
import { concurrently } from '../concurrently.ts';
import { writeRows } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { concatRows, flatMapRows, type Rows } from '../rows.ts';
import { fetchRows, type ReadingFrom, withRows } from '../store/rows.ts';
import { inputPaths, type JobFolders } from './job-folders.ts';

export interface RowSource {
  id: string;
  image: ImageRef;
  prompt: string;
  completion?: string;
  skinTone?: number;
}

/** Prompts of GRPO, as training and validation ask them. */
export const questionRows = (questions: Rows<Question>, prompts: Recipe['prompts']): Rows<RowSource> =>
  flatMapRows(questions, (question) => [
    { id: question.id, image: question.image, prompt: questionPrompt(question, prompts, 'training') },
  ]);

/** The first ones of the validation part, which shares no patient with training and test; none without a validation. */
export async function validationQuestions(
  from: ReadingFrom,
  { recipe: { grpo }, questions }: Pick<GrpoInput, 'recipe' | 'questions'>,
): Promise<Question[]> {
  if (!grpo.validation) return [];
  const most = grpo.validation.questions;
  const first = await withRows(from, questions, artifactFiles.questions.validation, async (all) => {
    const taken: Question[] = [];
    for await (const question of all) {
      if (taken.length === most) break;
      taken.push(question);
    }
    return taken;
  });
  if (first.length > 0) return first;
  throw userMistake('grpo.validation: there are no validation questions; give data.split.validation a share');
}

const imagesInFlight = 8;

const imageName = (image: ImageRef): string => `${image.sha256}.png`;

/** One JSON line per row. */
export const writeChatRows = (path: string, rows: Rows<RowSource>): Promise<number> =>
  writeRows(
    path,
    flatMapRows(rows, ({ image, ...row }): ChatRow[] => [{ ...row, images: [imageName(image)] }]),
  );

/** Explained concepts, and narratives with or without scores, lie in files of the same names. */
const { train: trainFile, validation: validationFile } = artifactFiles.trajectories;

/** Writes rows that have completions; `held` counts those of the validation. */
export async function writeSupervised(store: ArtifactStore, artifact: ArtifactRef, { inputs }: JobFolders) {
  const read = ({ name, schema }: typeof trainFile | typeof validationFile) =>
    fetchRows(store, artifact, name, schema, inputs);
  const [train, validation] = [await read(trainFile), await read(validationFile)];
  const paths = inputPaths(inputs);
  await writeChatRows(paths.rows, train);
  const held = await writeChatRows(paths.validation, validation);
  return { rows: concatRows(train, validation), held, paths };
}

/** Each different image once, verified, below `folder`. */
export async function fetchImages(store: ArtifactStore, rows: Rows<RowSource>, folder: string): Promise<void> {
  const underway = new Set<string>();
  await concurrently(rows, imagesInFlight, async ({ image }) => {
    const path = join(folder, imageName(image));
    if (underway.has(path)) return;
    underway.add(path);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await store.getFile(image, path);
    underway.delete(path);
  });
}
