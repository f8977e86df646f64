/** The test questions of an evaluation and their images as files. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { EvaluationInput } from '../../domain/contracts/evaluation.ts';
import { createAskedFilter } from '../../domain/evaluation/asked.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Question } from '../../domain/questions/question.ts';
import type { RecipeParts } from '../../domain/recipe/parts.ts';
import { ownRows, writeLineFiles } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { concatRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchBlobs } from '../store/commit.ts';
import { fetchRows } from '../store/rows.ts';

/** Mid-grey: as far from black as from white, and the same for every question. */
const grey = { r: 128, g: 128, b: 128 };

/**
 * For each task of the recipe the first `maxItems` of the test split, in their stored order: on this machine's disk, as
 * long as `work` goes on.
 */
export function withTestQuestions<T>(
  store: ArtifactStore,
  questions: ArtifactRef,
  { tasks, maxItems }: RecipeParts['evaluation'],
  scratch: string,
  work: (questions: Rows<Question>) => Promise<T>,
): Promise<T> {
  const { test } = artifactFiles.questions;
  return withScratchFolder(scratch, 'questions', async (folder) => {
    const isAsked = createAskedFilter({ tasks, maxItems });
    const paths = Object.fromEntries(tasks.map((task) => [task, join(folder, `${task}.jsonl`)]));
    const asked = await writeLineFiles(paths, async (writers) => {
      let count = 0;
      for await (const question of await fetchRows(store, questions, test.name, test.schema, folder)) {
        if (!isAsked(question)) continue;
        await writers[question.task]?.write(question);
        count += 1;
      }
      return count;
    });
    if (asked === 0) throw userMistake(`the test split has no questions for evaluation.tasks: ${tasks.join(', ')}`);
    return work(concatRows(...Object.values(paths).map((path) => ownRows<Question>(path))));
  });
}

/** Name of a question's image file: the image itself, or a grey one of its size. */
export const imageFileName = (image: ImageRef, shown: EvaluationInput['image']): string =>
  shown === 'real' ? `${image.sha256}.png` : `grey-${image.width}x${image.height}.png`;

/** The bytes that are in the file of this name. */
export async function readImage(
  store: ArtifactStore,
  { image }: { image: ImageRef },
  shown: EvaluationInput['image'],
): Promise<Uint8Array> {
  return shown === 'real' ? store.getBlob(image) : greyPicture(image).toBuffer();
}

const greyPicture = ({ width, height }: ImageRef): Sharp =>
  sharp({ create: { width, height, channels: 3, background: grey } }).png();

/** Writes the image files of questions or items into a folder, except for those that are there. */
export async function writeImages(
  store: ArtifactStore,
  items: readonly { image: ImageRef }[],
  shown: EvaluationInput['image'],
  folder: string,
): Promise<void> {
  const byName = new Map(items.map(({ image }) => [imageFileName(image, shown), image]));
  const files: [ImageRef, string][] = [];
  for (const [name, image] of byName) {
    const path = join(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) files.push([image, path]);
  }
  if (shown === 'real') return fetchBlobs(store, files);
  for (const [image, path] of files) await greyPicture(image).toFile(path);
}
