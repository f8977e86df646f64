/** Entry of the worker thread that holds an encoder's graph: onnxruntime-node blocks its thread while it computes. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface EncoderThreadData {
  path: string;
  side: number;
}

/** `[n, 3, side, side]`, normalised. */
export type EncoderRequest = Float32Array;
/** An embedding a picture, or what is wrong with the graph. */
export type EncoderReply = { embeddings: Float32Array[] } | { error: string };

const port = parentPort;
if (!port) throw new Error('encoder-thread.ts runs as a worker thread');
const { path, side }: EncoderThreadData = workerData;
// One core stays free for the worker's own thread and its heartbeats.
const options = { intraOpNumThreads: 1, executionProviders: ['cpu'], logSeverityLevel: 3 } as const;
const opening = InferenceSession.create(path, options);
opening.catch(() => {}); // told at the first request

port.on('message', async (pixels: EncoderRequest) => {
  try {
    port.postMessage({ embeddings: await encode(await opening, pixels) } satisfies EncoderReply);
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies EncoderReply);
  }
});

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
