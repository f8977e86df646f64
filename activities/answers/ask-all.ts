/**
 * Every item asked once: kept answers are taken, the rest is asked of the model and kept as it comes. The answers of a
 * batch are in the store before a local model is asked the next one; an endpoint is asked on while they are written.
 */
import {
  type Answerer,
  type AskedItem,
  answerKey,
  type KeptAnswer,
  type ShownImage,
  seedOf,
} from '../../domain/answers/answer.ts';
import { corrupt } from '../../domain/failures.ts';
import type { AskedRow, ModelRunner } from '../ports/model-runner.ts';
import type { AnswerBook } from './answer-book.ts';

export interface Asking {
  answerer: Answerer;
  items: readonly AskedItem[];
  shown: ShownImage;
  /** Answers to each item; more than one only where the temperature is above 0. */
  samples: number;
  batchSize: number;
  signal: AbortSignal;
  /** Called with the number of answers that are there. */
  onProgress: (done: number, total: number) => void;
  /**
   * Opens the model for the items that have no answer yet and writes their pictures into the folder that it returns; not
   * called where all have one.
   */
  open: (missing: readonly AskedItem[]) => Promise<{ runner: ModelRunner; images: string }>;
  /** A picture's file below that folder. */
  imageFile: (item: AskedItem) => string;
}

/** The answers to each item, by sample, in the order of the items. */
export async function askAll(book: AnswerBook, asking: Asking): Promise<KeptAnswer[][]> {
  const { items, shown, samples, signal, onProgress, open } = asking;
  const wanted = items.map((item) => ({
    item,
    keys: Array.from({ length: samples }, (_, sample) => answerKey(item, shown, sample)),
  }));
  // Items that differ in nothing that the model sees are one question: on grey pictures, most are.
  const byKey = new Map(wanted.flatMap(({ item, keys }) => keys.map((key) => [key, item] as const)));
  const missing = [...byKey].filter(([key]) => !book.get(key));
  let done = byKey.size - missing.length;
  onProgress(done, byKey.size);
  if (missing.length > 0) {
    signal.throwIfAborted();
    const { runner, images } = await open(missing.map(([, item]) => item));
    let answered = 0;
    try {
      for await (const answer of generate(runner, images, missing, asking)) {
        book.add(answer);
        onProgress(++done, byKey.size);
        // A local model begins a batch when its first answer is asked for, after those of the one before.
        if (asking.answerer.runtime !== 'endpoint' && ++answered % asking.batchSize === 0) await book.flush();
      }
    } finally {
      try {
        // Also of an evaluation that is cancelled: what was answered is not asked again.
        await book.flush();
      } finally {
        await runner.close();
      }
    }
  }
  return wanted.map(({ item, keys }) => keys.map((key) => book.get(key) ?? notAnswered(item)));
}

async function* generate(
  runner: ModelRunner,
  images: string,
  missing: readonly (readonly [key: string, item: AskedItem])[],
  { answerer: { decoding }, batchSize, signal, imageFile }: Asking,
): AsyncGenerator<KeptAnswer> {
  const { maxNewTokens, temperature } = decoding;
  const rows = missing.map(
    ([key, item]): AskedRow => ({
      id: key,
      images: [imageFile(item)],
      prompt: item.prompt,
      ...(item.system === null ? {} : { system: item.system }),
      ...(temperature > 0 ? { seed: seedOf(decoding, key) } : {}),
    }),
  );
  const options = { images, batchSize, maxNewTokens, temperature, signal };
  for await (const { id, text, tokens, finish } of runner.generate(rows, options)) {
    yield { key: id, text, finish: finish ?? (tokens.length >= maxNewTokens ? 'length' : 'stop') };
  }
}

const notAnswered = ({ id }: AskedItem): never => {
  throw corrupt(`item ${id} was not answered by its model; evaluate again`);
};
