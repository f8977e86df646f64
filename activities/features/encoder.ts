/** Any ONNX image encoder, in threads of its own: pictures in, features out. */
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { type EncodedPictures, type EncoderSettings, type FeatureForm, joined } from '../../domain/features/encoder.ts';
import { lanesOf } from '../../domain/features/lanes.ts';
import { nextReply } from '../thread.ts';
import type { EncoderRequest, EncoderThreadData } from './encoder-thread.ts';

export interface ImageEncoder {
  /** So many pictures occupy all of its threads. */
  atOnce: number;
  /**
   * Features of pictures of any format. A request need not wait for the one before. Throws a user's mistake where the
   * file is no such graph.
   */
  encode(pictures: readonly Uint8Array[], form: FeatureForm): Promise<EncodedPictures>;
  close(): Promise<void>;
}

interface EncoderFile {
  path: string;
  /** Of the graph and its weights. */
  bytes: number;
  settings: EncoderSettings;
  /** What a message calls it. */
  name: string;
}

/**
 * @param threads of the CPU that decode and compute; one that stays free keeps the worker's own thread and its heartbeats
 *   alive
 */
export function openImageEncoder({ path, bytes, settings, name }: EncoderFile, threads: number): ImageEncoder {
  const lanes = lanesOf({ threads, bytes, side: settings.side });
  const turn = pLimit({ concurrency: lanes.threads.length, rejectOnClear: true });
  const started: Worker[] = [];
  const idle: Worker[] = [];
  // A copy of the graph is opened when all others are busy.
  const start = (): Worker => {
    const own = lanes.threads[started.length % lanes.threads.length] ?? 1;
    const workerData: EncoderThreadData = { path, settings, threads: own, name };
    const worker = new Worker(new URL('./encoder-thread.ts', import.meta.url), { workerData });
    started.push(worker);
    return worker;
  };
  const encodeTogether = async (pictures: readonly Uint8Array[], form: FeatureForm): Promise<EncodedPictures> => {
    const worker = idle.pop() ?? start();
    try {
      // Copied, since the caller may use them further.
      const own = pictures.map((picture) => new Uint8Array(picture));
      worker.postMessage(
        { pictures: own, form } satisfies EncoderRequest,
        own.map(({ buffer }) => buffer),
      );
      return await nextReply<EncodedPictures>(worker);
    } finally {
      if (worker.threadId !== -1) idle.push(worker); // it has not ended
    }
  };
  return {
    atOnce: lanes.threads.length * lanes.pictures,
    encode: async (pictures, form) => {
      const parts = Array.from({ length: Math.ceil(pictures.length / lanes.pictures) }, (_, i) =>
        pictures.slice(i * lanes.pictures, (i + 1) * lanes.pictures),
      );
      return joined(await Promise.all(parts.map((part) => turn(() => encodeTogether(part, form)))));
    },
    close: async () => {
      turn.clearQueue();
      await Promise.all(started.map((worker) => worker.terminate()));
    },
  };
}
