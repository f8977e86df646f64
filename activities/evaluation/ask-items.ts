/** Items asked of a model with their pictures; what has an answer already is neither asked nor fetched. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Answerer, AskedItem, KeptAnswer } from '../../domain/answers/answer.ts';
import { openAnswerBook } from '../answers/answer-book.ts';
import { answersTo, askMissing, type ItemsAsking } from '../answers/ask-missing.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { transfersInFlight } from '../store/commit.ts';
import { imageFileName, readImage, writeImages } from './questions.ts';

/** A model as it is known to answers, and how it is opened. */
export interface AnsweringModel {
  answerer: Answerer;
  /** @param folder of its own, where its files are put */
  open(folder: string): Promise<ModelRunner>;
}

export interface AskContext extends Pick<ItemsAsking, 'signal' | 'onProgress'> {
  store: ArtifactStore;
  /** Hears of stored answers that are damaged; they are asked for again. */
  onDamaged?: (key: string) => void;
}

type AskedItems = Pick<ItemsAsking, 'items' | 'shown' | 'samples' | 'batchSize'>;

/**
 * Asks the items, of which there may be more than memory holds.
 *
 * @param folder for pictures and the model's files
 * @param work may ask for the answers to each of the items, by sample, while it goes on
 */
export async function withAnswers<T>(
  { answerer, open }: AnsweringModel,
  asking: AskedItems,
  folder: string,
  { store, signal, onProgress, onDamaged }: AskContext,
  work: (answersOf: (item: AskedItem) => KeptAnswer[]) => Promise<T>,
): Promise<T> {
  const { shown } = asking;
  const images = join(folder, 'images');
  // Pictures that are fetched one by one, while items are asked: too many at once would wait for connections.
  const limit = pLimit(transfersInFlight);
  const book = await openAnswerBook(store, answerer, onDamaged ? { onDamaged } : {});
  try {
    await askMissing(book, {
      ...{ answerer, ...asking, signal, onProgress },
      imageFile: ({ image }) => imageFileName(image, shown),
      open: async () => {
        await mkdir(images);
        return { images, runner: await open(folder) };
      },
      addImages: (missing) => writeImages(store, missing, shown, images),
      loadImage: (item) => limit(() => readImage(store, item, shown)),
    });
    return await work((item) => answersTo(book, asking, item));
  } finally {
    book.close();
  }
}
