/** Entry of the worker thread that holds an encoder's graph: onnxruntime-node blocks its thread while it computes. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { userMistake } from '../../../domain/failures.ts';
import { replyWith } from '../../thread.ts';

export interface EncoderThreadData {
  path: string;
  side: number;
}

const port = parentPort;
if (!port) throw new Error('encoder-thread.ts runs as a worker thread');
const { path, side }: EncoderThreadData = workerData;
// One core stays free for the worker's own thread and its heartbeats.
const options = { intraOpNumThreads: 1, executionProviders: ['cpu'], logSeverityLevel: 3 } as const;
const opening = InferenceSession.create(path, options);
opening.catch(() => {}); // told at the first request

/** Takes `[n, 3, side, side]`, normalised, and answers with an embedding a picture. */
port.on('message', async (pixels: Float32Array) => {
  port.postMessage(await replyWith(() => explained(async () => encode(await opening, pixels))));
});

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('\n');
    const expected = `expected an ONNX graph from [n, 3, ${side}, ${side}] to [n, d] or [n, tokens, d]`;
    throw userMistake(`data.encoder.file: ${path}: ${what}; ${expected}`, error);
  }
}

async function encode(session: InferenceSession, pixels: Float32Array): Promise<Float32Array[]> {
  const [input = '', output = ''] = [session.inputNames[0], session.outputNames[0]];
  const count = pixels.length / (3 * side * side);
  const outputs = await session.run({ [input]: new Tensor('float32', pixels, [count, 3, side, side]) });
  const tensor = outputs[output];
  const [rows, ...rest] = tensor?.dims ?? [];
  const width = rest.at(-1);
  if (!tensor || !(tensor.data instanceof Float32Array) || rows !== count || !width || rest.length > 2) {
    throw new Error(`it answers ${tensor?.type} of [${tensor?.dims.join(', ')}]`);
  }
  const data = tensor.data;
  const stride = data.length / count;
  return Array.from({ length: count }, (_, i) => data.slice(i * stride, i * stride + width));
}
