/** Entry of the worker thread that holds the graphs: answers one batch at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { replyWith } from '../thread.ts';
import { type BatchRequest, openGenerator } from './generate.ts';

export interface OnnxWorkerData {
  folder: string;
  threads: number;
  /** One 32-bit flag, 1 once the batch in progress is to stop: messages would wait until it is done. */
  stop: SharedArrayBuffer;
}

const port = parentPort;
if (!port) throw new Error('onnx-worker.ts runs as a worker thread');
const { folder, threads, stop }: OnnxWorkerData = workerData;
const flag = new Int32Array(stop);

const generator = openGenerator(folder, threads);
port.postMessage(await replyWith(async () => void (await generator)));

port.on('message', async (request: BatchRequest) => {
  const check = (): void => {
    if (Atomics.load(flag, 0) === 1) throw new Error('stopped');
  };
  port.postMessage(await replyWith(async () => (await generator).generate(request, check)));
});
