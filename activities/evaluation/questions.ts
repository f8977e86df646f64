/** The test questions of an evaluation and their images as files. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { EvaluationInput } from '../../domain/contracts/evaluation.ts';
import { createAskedFilter } from '../../domain/evaluation/asked.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Question, QuestionTask } from '../../domain/questions/question.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchBlobs } from '../store/commit.ts';
import { fetchRows } from '../store/rows.ts';

/** Mid-grey: as far from black as from white, and the same for every question. */
const grey = { r: 128, g: 128, b: 128 };

/** For each task of the recipe the first `maxItems` of the test split, in their stored order. */
export async function readTestQuestions(
  store: ArtifactStore,
  questions: ArtifactRef,
  { tasks, maxItems }: Recipe['evaluation'],
  scratch: string,
): Promise<Question[]> {
  const { test } = artifactFiles.questions;
  const isAsked = createAskedFilter({ tasks, maxItems });
  const byTask = new Map(tasks.map((task): [QuestionTask, Question[]] => [task, []]));
  await withScratchFolder(scratch, 'questions', async (folder) => {
    for await (const question of await fetchRows(store, questions, test.name, test.schema, folder))
      if (isAsked(question)) byTask.get(question.task)?.push(question);
  });
  const asked = [...byTask.values()].flat();
  if (asked.length === 0)
    throw userMistake(`the test split has no questions for evaluation.tasks: ${tasks.join(', ')}`);
  return asked;
}

/** Name of a question's image file: the image itself, or a grey one of its size. */
export const imageFileName = (image: ImageRef, shown: EvaluationInput['image']): string =>
  shown === 'real' ? `${image.sha256}.png` : `grey-${image.width}x${image.height}.png`;

/** Writes the image files of questions or items into a folder. */
export async function writeImages(
  store: ArtifactStore,
  items: readonly { image: ImageRef }[],
  shown: EvaluationInput['image'],
  folder: string,
): Promise<void> {
  const byName = new Map(items.map(({ image }) => [imageFileName(image, shown), image]));
  const files = [...byName].map(([name, image]) => [image, join(folder, name)] as const);
  if (shown === 'real') return fetchBlobs(store, files);
  for (const [{ width, height }, path] of files) {
    await sharp({ create: { width, height, channels: 3, background: grey } })
      .png()
      .toFile(path);
  }
}
