/** Every item asked once: kept answers are taken, the rest is asked of the model and kept as it comes. */
import { hash } from 'node:crypto';
import {
  type Answerer,
  type AskedItem,
  answerIdentity,
  type KeptAnswer,
  type ShownImage,
  seedOf,
} from '../../domain/answers/answer.ts';
import { corrupt } from '../../domain/failures.ts';
import type { AskedRow, ModelRunner } from '../ports/model-runner.ts';
import type { Rows } from '../rows.ts';
import { openScratchDatabase } from '../scratch-database.ts';
import type { AnswerBook } from './answer-book.ts';

export interface ItemsAsking {
  answerer: Answerer;
  /** Read twice, one at a time. */
  items: Rows<AskedItem>;
  shown: ShownImage;
  /** Answers to each item; more than one only where the temperature is above 0. */
  samples: number;
  batchSize: number;
  signal: AbortSignal;
  /** Called with the number of answers that are there. */
  onProgress: (done: number, total: number) => void;
  /** Opens the model, with the folder of pictures; not called where all items have an answer. */
  open: () => Promise<{ runner: ModelRunner; images: string }>;
  /** Writes the pictures of items there, those that are not there yet, before the items are asked. By default they are there. */
  addImages?: (missing: readonly AskedItem[]) => Promise<void>;
  /** In its place for an endpoint: a picture that is shown soon, while other items are asked. */
  loadImage?: (item: AskedItem) => Promise<Uint8Array>;
  /** A picture's file below that folder. */
  imageFile: (item: AskedItem) => string;
  /** Items that are given to the model at once, at least; default 8,192. */
  atOnce?: number;
}

/** Of the answers, these many are in memory while a model is asked, with their prompts. */
const askedAtOnce = 8192;

/** The answers to an item that was asked, by sample. */
export const answersTo = (
  book: AnswerBook,
  { shown, samples }: Pick<ItemsAsking, 'shown' | 'samples'>,
  item: AskedItem,
): KeptAnswer[] => keysOf(item, { shown, samples }).map((key) => book.get(key) ?? notAnswered(item));

/** Asks what is not in the book yet, and keeps it there. Memory holds what is asked at once, whatever the items' number. */
export async function askMissing(book: AnswerBook, asking: ItemsAsking): Promise<void> {
  const { signal, onProgress, open, addImages, atOnce = askedAtOnce } = asking;
  const { total, answered } = await countAnswers(book, asking);
  let done = answered;
  onProgress(done, total);
  if (done === total) return;
  signal.throwIfAborted();
  const isEndpoint = asking.answerer.runtime === 'endpoint';
  let opened: Awaited<ReturnType<ItemsAsking['open']>> | null = null;
  try {
    for await (const missing of listMissing(book, asking, atOnce)) {
      opened ??= await open();
      if (!isEndpoint || !asking.loadImage) await addImages?.(missing.map(([, item]) => item));
      let given = 0;
      for await (const answer of generate(opened.runner, opened.images, missing, asking)) {
        book.add(answer);
        onProgress(++done, total);
        // A local model begins a batch when its first answer is asked for, after those of the one before.
        if (!isEndpoint && ++given % asking.batchSize === 0) await book.flush();
        else await book.room();
      }
    }
  } finally {
    try {
      // Also of an evaluation that is cancelled: what was answered is not asked again.
      if (opened) await book.flush();
    } finally {
      await opened?.runner.close();
    }
  }
}

/** Of lists, which are gone through three times. */
const keysKnown = new WeakMap<AskedItem, { shown: ShownImage; keys: readonly string[] }>();

function keysOf(item: AskedItem, { shown, samples }: Pick<ItemsAsking, 'shown' | 'samples'>): readonly string[] {
  const known = keysKnown.get(item);
  if (known?.shown === shown && known.keys.length === samples) return known.keys;
  const keys = Array.from({ length: samples }, (_, sample) => hash('sha256', answerIdentity(item, shown, sample)));
  keysKnown.set(item, { shown, keys });
  return keys;
}

/** Items that differ in nothing that the model sees are one question: on grey pictures, most are. */
async function countAnswers(book: AnswerBook, asking: ItemsAsking): Promise<{ total: number; answered: number }> {
  const wanted = openScratchDatabase('create table wanted (key text primary key) without rowid', 4096);
  try {
    const insert = wanted.prepare('insert or ignore into wanted values (?)');
    let [total, answered] = [0, 0];
    for await (const item of asking.items) {
      for (const key of keysOf(item, asking)) {
        if (Number(insert.run(key).changes) === 0) continue;
        total += 1;
        if (book.get(key)) answered += 1;
      }
    }
    return { total, answered };
  } finally {
    wanted.close();
  }
}

type Missing = [key: string, item: AskedItem][];

/** What has no answer, some at once, so that batches are those of one long list. */
async function* listMissing(book: AnswerBook, asking: ItemsAsking, atOnce: number): AsyncGenerator<Missing> {
  const full = Math.ceil(atOnce / asking.batchSize) * asking.batchSize;
  let missing = new Map<string, AskedItem>();
  for await (const item of asking.items) {
    for (const key of keysOf(item, asking)) {
      if (missing.has(key) || book.get(key)) continue;
      missing.set(key, item);
      if (missing.size < full) continue;
      yield [...missing];
      missing = new Map();
    }
  }
  if (missing.size > 0) yield [...missing];
}

async function* generate(
  runner: ModelRunner,
  images: string,
  missing: Missing,
  { answerer: { decoding, runtime }, batchSize, signal, imageFile, loadImage }: ItemsAsking,
): AsyncGenerator<KeptAnswer> {
  const { maxNewTokens, temperature } = decoding;
  const rows = missing.map(
    ([key, item]): AskedRow => ({
      id: key,
      images: [imageFile(item)],
      prompt: item.prompt,
      ...(item.options?.length ? { options: item.options.map(({ letter, label }) => ({ letter, label })) } : {}),
      ...(item.system === null ? {} : { system: item.system }),
      ...(temperature > 0 ? { seed: seedOf(decoding, key) } : {}),
    }),
  );
  const shown = new Map(missing.map(([, item]) => [imageFile(item), item]));
  const load = async (name: string): Promise<Uint8Array> => {
    const item = shown.get(name);
    if (!item || !loadImage) throw new RangeError(`no item shows ${name}`);
    return loadImage(item);
  };
  const options = {
    ...{ images, batchSize, maxNewTokens, temperature, signal },
    ...(runtime === 'endpoint' && loadImage ? { load } : {}),
  };
  for await (const { id, text, tokens, finish, options: probabilities } of runner.generate(rows, options)) {
    const ended = finish ?? (tokens.length >= maxNewTokens ? 'length' : 'stop');
    yield { key: id, text, finish: ended, ...(probabilities ? { options: probabilities } : {}) };
  }
}

const notAnswered = ({ id }: AskedItem): never => {
  throw corrupt(`item ${id} was not answered by its model; evaluate again`);
};
