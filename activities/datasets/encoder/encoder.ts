/** An image encoder of the user's own, by which near-duplicates are found that differ in more than size or light. */
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import type { Picture } from '../../../domain/cases/case.ts';
import { mostSimilar, type Similar, unit } from '../../../domain/cases/similarity.ts';
import type { EncoderSettings } from '../../../domain/recipe/data.ts';
import type { WorkProgress } from '../../heartbeats.ts';
import { findPlugin } from '../../plugins.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Rows } from '../../rows.ts';
import { digestOfFile } from '../../store/store.ts';
import { nextReply } from '../../thread.ts';
import type { EncoderThreadData } from './encoder-thread.ts';

/** What an encoder reads of a case. */
export type EncodedPicture = Pick<Picture, 'id' | 'source' | 'images'>;

export interface Encoder {
  sha256: string;
  /**
   * The most similar training picture of the test picture at a position, if there is one. Every pair is compared, so
   * time grows with the product of their numbers, and memory holds all embeddings.
   */
  findSimilar(train: Rows<EncodedPicture>, test: Rows<EncodedPicture>): Promise<(at: number) => Similar | null>;
}

export interface EncoderContext {
  store: ArtifactStore;
  /** Folder of the files that recipes may name. */
  plugins: string;
  report: (progress: WorkProgress) => void;
  signal: AbortSignal;
}

const batchSize = 16;

/** Null where the recipe names none. A file that is no such graph is a user's mistake, told at its first use. */
export async function openEncoder(settings: EncoderSettings | null, context: EncoderContext): Promise<Encoder | null> {
  if (!settings) return null;
  const path = await findPlugin('data.encoder.file', settings.file, context.plugins);
  return {
    sha256: await digestOfFile(path),
    async findSimilar(train, test) {
      let done = 0;
      const onBatch = (count: number): void => {
        done += count;
        context.report({ phase: 'comparing', done, total: 0 });
      };
      const thread = openThread(path, settings);
      try {
        const seen = await embedAll(train, thread, settings, context, onBatch);
        const asked = await embedAll(test, thread, settings, context, onBatch);
        return await compare(seen, asked, settings.similarity, context.signal);
      } finally {
        await thread.close();
      }
    },
  };
}

/** By position of the asked one, the first of the most similar ones of those seen, if one reaches `similarity`. */
async function compare(
  seen: readonly Float32Array[],
  asked: readonly Float32Array[],
  similarity: number,
  signal: AbortSignal,
): Promise<(at: number) => Similar | null> {
  const similar: (Similar | null)[] = [];
  for (const embedding of asked) {
    // Against ten thousands of pictures one comparison takes milliseconds; heartbeats go between them.
    await untilNextTurn();
    signal.throwIfAborted();
    similar.push(mostSimilar(embedding, seen, similarity));
  }
  return (at) => similar[at] ?? null;
}

async function embedAll(
  pictures: Rows<EncodedPicture>,
  thread: Thread,
  settings: EncoderSettings,
  { store, signal }: EncoderContext,
  onBatch: (count: number) => void,
): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  let batch: EncodedPicture[] = [];
  const embed = async (): Promise<void> => {
    if (batch.length === 0) return;
    signal.throwIfAborted();
    const pixels = await Promise.all(batch.map((picture) => pixelsOf(picture, store, settings)));
    embeddings.push(...(await thread.embed(pixels)).map(unit));
    onBatch(batch.length);
    batch = [];
  };
  for await (const picture of pictures) {
    batch.push(picture);
    if (batch.length === batchSize) await embed();
  }
  await embed();
  return embeddings;
}

/** The first image of a picture as `[3, side, side]`, normalised channel by channel. */
async function pixelsOf(
  { id, images: [image] }: EncodedPicture,
  store: ArtifactStore,
  { side, mean, std }: EncoderSettings,
): Promise<Float32Array> {
  if (!image) throw new RangeError(`${id} has no image`);
  const rgb = await sharp(await store.getBlob(image))
    .resize(side, side, { fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const area = side * side;
  const pixels = new Float32Array(3 * area);
  for (const [channel, average] of mean.entries()) {
    const deviation = std[channel] ?? 1;
    for (let i = 0; i < area; i += 1) {
      pixels[channel * area + i] = ((rgb[3 * i + channel] ?? 0) / 255 - average) / deviation;
    }
  }
  return pixels;
}

interface Thread {
  embed(pixels: readonly Float32Array[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

function openThread(path: string, { side }: EncoderSettings): Thread {
  const workerData: EncoderThreadData = { path, side };
  const worker = new Worker(new URL('./encoder-thread.ts', import.meta.url), { workerData });
  return {
    async embed(pixels) {
      const batch = new Float32Array(3 * side * side * pixels.length);
      for (const [i, each] of pixels.entries()) batch.set(each, i * each.length);
      worker.postMessage(batch, [batch.buffer]);
      return nextReply<Float32Array[]>(worker);
    },
    close: async () => void (await worker.terminate()),
  };
}
