/**
 * The exported model in a worker thread: onnxruntime-node computes synchronously, and on the main thread would hold up
 * heartbeats.
 */
import { Worker } from 'node:worker_threads';
import type { Generated, ModelRunner } from '../ports/model-runner.ts';
import { nextReply } from '../thread.ts';
import type { BatchRequest } from './generate.ts';
import type { OnnxWorkerData } from './onnx-worker.ts';

/**
 * Opens an export (folder with `config.json` and `onnx/`). It generates for one caller at a time.
 *
 * @param options.threads CPU threads of each graph
 */
export async function openOnnxModel(folder: string, options: { threads: number }): Promise<ModelRunner> {
  const stop = new SharedArrayBuffer(4);
  const flag = new Int32Array(stop);
  const data: OnnxWorkerData = { folder, threads: options.threads, stop };
  const worker = new Worker(new URL('./onnx-worker.ts', import.meta.url), { workerData: data });
  let busy = false;

  const answer = async (request: BatchRequest): Promise<Generated[]> => {
    worker.postMessage(request);
    return await nextReply<Generated[]>(worker);
  };

  try {
    await nextReply<void>(worker);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    generate: async function* (rows, { images, batchSize, maxNewTokens, temperature = 0, signal, onProgress }) {
      if (busy) throw new Error('the model is generating already');
      busy = true;
      const abort = (): void => void Atomics.store(flag, 0, 1);
      signal?.addEventListener('abort', abort);
      try {
        for (let start = 0; start < rows.length; start += batchSize) {
          signal?.throwIfAborted();
          const batch = rows.slice(start, start + batchSize);
          const following = rows.slice(start + batchSize, start + 2 * batchSize);
          const upcoming = following.flatMap((row) => row.images);
          const request = { rows: batch, images, upcoming, maxNewTokens, temperature };
          const generated = await answer(request).catch((error: unknown) => {
            signal?.throwIfAborted();
            throw error;
          });
          onProgress?.(start + batch.length, rows.length);
          yield* generated;
        }
      } finally {
        signal?.removeEventListener('abort', abort);
        Atomics.store(flag, 0, 0);
        busy = false;
      }
    },
    close: async () => void (await worker.terminate()),
  };
}
