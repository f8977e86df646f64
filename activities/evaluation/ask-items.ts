/** Items asked of a model with their pictures; what has an answer already is neither asked nor fetched. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answerer, KeptAnswer } from '../../domain/answers/answer.ts';
import { openAnswerBook } from '../answers/answer-book.ts';
import { type Asking, askAll } from '../answers/ask-all.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { imageFileName, writeImages } from './questions.ts';

/** A model as it is known to answers, and how it is opened. */
export interface AnsweringModel {
  answerer: Answerer;
  /** @param folder of its own, where its files are put */
  open(folder: string): Promise<ModelRunner>;
}

export interface AskContext extends Pick<Asking, 'signal' | 'onProgress'> {
  store: ArtifactStore;
  /** Hears of stored answers that are damaged; they are asked for again. */
  onDamaged?: (key: string) => void;
}

/**
 * The answers to each item, by sample, in the order of the items.
 *
 * @param folder for pictures and the model's files
 */
export async function askItems(
  { answerer, open }: AnsweringModel,
  asking: Pick<Asking, 'items' | 'shown' | 'samples' | 'batchSize'>,
  folder: string,
  { store, signal, onProgress, onDamaged }: AskContext,
): Promise<KeptAnswer[][]> {
  const { items, shown, samples, batchSize } = asking;
  const book = await openAnswerBook(store, answerer, onDamaged ? { onDamaged } : {});
  return askAll(book, {
    ...{ answerer, items, shown, samples, batchSize, signal, onProgress },
    imageFile: ({ image }) => imageFileName(image, shown),
    open: async (missing) => {
      const images = join(folder, 'images');
      await mkdir(images);
      await writeImages(store, missing, shown, images);
      return { images, runner: await open(folder) };
    },
  });
}
