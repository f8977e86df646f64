/** Any ONNX image encoder, in a thread of its own: pictures in, features out. */
import { Worker } from 'node:worker_threads';
import type { EncodedPictures, EncoderSettings, FeatureForm } from '../../domain/features/encoder.ts';
import { nextReply } from '../thread.ts';
import type { EncoderRequest, EncoderThreadData } from './encoder-thread.ts';
import { pixelsOf } from './pixels.ts';

export interface ImageEncoder {
  /**
   * Features of pictures of any format. Those of a second request are read while the first is encoded. Throws a user's
   * mistake where the file is no such graph.
   */
  encode(pictures: readonly Uint8Array[], form: FeatureForm): Promise<EncodedPictures>;
  close(): Promise<void>;
}

export interface EncoderFile {
  path: string;
  settings: EncoderSettings;
  /** What a message calls it. */
  name: string;
}

/** @param threads of the CPU; one that stays free keeps the worker's own thread and its heartbeats alive */
export function openImageEncoder({ path, settings, name }: EncoderFile, threads: number): ImageEncoder {
  const workerData: EncoderThreadData = { path, settings, threads, name };
  const worker = new Worker(new URL('./encoder-thread.ts', import.meta.url), { workerData });
  // The thread answers one request at a time.
  let turn: Promise<unknown> = Promise.resolve();
  return {
    async encode(pictures, form) {
      const each = 3 * settings.side * settings.side;
      const pixels = new Float32Array(each * pictures.length);
      await Promise.all(pictures.map(async (picture, i) => pixels.set(await pixelsOf(picture, settings), i * each)));
      const encoded = turn.then(() => {
        worker.postMessage({ pixels, form } satisfies EncoderRequest, [pixels.buffer]);
        return nextReply<EncodedPictures>(worker);
      });
      turn = encoded.catch(() => {});
      return encoded;
    },
    close: async () => void (await worker.terminate()),
  };
}
