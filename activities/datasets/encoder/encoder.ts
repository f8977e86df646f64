/** An image encoder of the user's own, by which near-duplicates are found that differ in more than size or light. */
import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import type { Picture } from '../../../domain/cases/case.ts';
import type { Similar } from '../../../domain/cases/leakage.ts';
import { mostSimilar, unit } from '../../../domain/cases/similarity.ts';
import type { EncoderSettings } from '../../../domain/recipe/data.ts';
import type { WorkProgress } from '../../heartbeats.ts';
import { findPlugin } from '../../plugins.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { digestOfFile } from '../../store/store.ts';
import { nextReply } from '../../thread.ts';
import type { EncoderThreadData } from './encoder-thread.ts';

/** What an encoder reads of a case. */
export type EncodedPicture = Pick<Picture, 'id' | 'source' | 'images'>;

export interface Encoder {
  sha256: string;
  /** The most similar training picture of each test picture that has one, by the id of the test picture. */
  findSimilar(train: readonly EncodedPicture[], test: readonly EncodedPicture[]): Promise<Map<string, Similar>>;
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
      const total = train.length + test.length;
      let done = 0;
      const onBatch = (count: number): void => {
        done += count;
        context.report({ phase: 'comparing', done, total });
      };
      const thread = openThread(path, settings);
      try {
        const seen = await embedAll(train, thread, settings, context, onBatch);
        const asked = await embedAll(test, thread, settings, context, onBatch);
        return await compare({ pictures: train, seen }, { pictures: test, asked }, settings.similarity, context.signal);
      } finally {
        await thread.close();
      }
    },
  };
}

async function compare(
  { pictures, seen }: { pictures: readonly EncodedPicture[]; seen: readonly Float32Array[] },
  { pictures: test, asked }: { pictures: readonly EncodedPicture[]; asked: readonly Float32Array[] },
  similarity: number,
  signal: AbortSignal,
): Promise<Map<string, Similar>> {
  const similar = new Map<string, Similar>();
  for (const [i, embedding] of asked.entries()) {
    // Against ten thousands of pictures one comparison takes milliseconds; heartbeats go between them.
    await breathe();
    signal.throwIfAborted();
    const best = mostSimilar(embedding, seen, similarity);
    const [picture, train] = [test[i], best && pictures[best.position]];
    if (picture && best && train) similar.set(picture.id, { train, cosine: best.cosine });
  }
  return similar;
}

async function embedAll(
  pictures: readonly EncodedPicture[],
  thread: Thread,
  settings: EncoderSettings,
  { store, signal }: EncoderContext,
  onBatch: (count: number) => void,
): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  for (let start = 0; start < pictures.length; start += batchSize) {
    signal.throwIfAborted();
    const batch = pictures.slice(start, start + batchSize);
    const pixels = await Promise.all(batch.map((picture) => pixelsOf(picture, store, settings)));
    embeddings.push(...(await thread.embed(pixels)).map(unit));
    onBatch(batch.length);
  }
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
