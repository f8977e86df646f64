/** Items, and a model that answers them by their digest, notes each answer and takes some time for a batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnswerBook, openAnswerBook } from '../../activities/answers/answer-book.ts';
import { answersTo, askMissing, type ItemsAsking } from '../../activities/answers/ask-missing.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import type { ModelRunner } from '../../activities/ports/model-runner.ts';
import { type Answerer, type AskedItem, answerIdentity } from '../../domain/answers/answer.ts';
import { digestOf } from '../../domain/artifact.ts';

export const greedyAnswerer: Answerer = {
  model: { base: 'b'.repeat(64), adapter: null },
  runtime: 'transformers',
  precision: 'fp32',
  decoding: { maxNewTokens: 64, temperature: 0, seed: 0 },
};

/** The same by an ONNX export; few tokens, for a model whose answers mean nothing. */
export const onnxAnswerer: Answerer = {
  ...greedyAnswerer,
  runtime: 'onnx',
  decoding: { ...greedyAnswerer.decoding, maxNewTokens: 12 },
};

/** By which an answer is stored. */
export const answerKey = (...asked: Parameters<typeof answerIdentity>): string => digestOf(answerIdentity(...asked));

/** Of a list. */
export interface ListAsking extends ItemsAsking {
  items: readonly AskedItem[];
}

/** Each with a picture of its own. */
export const askedItems = (count: number, prompt = 'Which?'): AskedItem[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `item-${i}`, system: null, prompt },
    image: { bytes: 10, width: 112, height: 112, sha256: digestOf(`picture ${i}`) },
  }));

export interface NotingRunner extends ModelRunner {
  /** Ids of the rows that were answered, in order, over all generations. */
  answered: string[];
}

/** @param note hears of each answer before it is given */
export function notingRunner(batchMs = 0, note: (id: string) => void = () => {}): NotingRunner {
  const answered: string[] = [];
  return {
    answered,
    generate: async function* (rows, { batchSize, signal }) {
      for (let start = 0; start < rows.length; start += batchSize) {
        await sleep(batchMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
        const batch = rows.slice(start, start + batchSize);
        for (const { id } of batch) note(id);
        answered.push(...batch.map(({ id }) => id));
        yield* batch.map((row) => ({ id: row.id, text: `seen ${digestOf(JSON.stringify(row))}`, tokens: [1] }));
      }
    },
    close: async () => {},
  };
}

export const askingOf = (
  items: readonly AskedItem[],
  runner: ModelRunner,
  more: Partial<ListAsking> = {},
): ListAsking => ({
  ...{ answerer: greedyAnswerer, items, shown: 'real', samples: 1, batchSize: 8 },
  signal: new AbortController().signal,
  onProgress: () => {},
  open: async () => ({ runner, images: '/nowhere' }),
  imageFile: ({ image }) => `${image.sha256}.png`,
  ...more,
});

/** As each attempt at an evaluation does: opens the book again and asks what is missing. */
export async function textsOf(
  store: ArtifactStore,
  asking: ListAsking,
  open: (store: ArtifactStore) => Promise<AnswerBook> = (from) => openAnswerBook(from, asking.answerer),
): Promise<string[][]> {
  const book = await open(store);
  await askMissing(book, asking);
  return asking.items.map((item) => answersTo(book, asking, item).map(({ text }) => text));
}
