/** Entry of the worker thread that holds an encoder's graph: onnxruntime-node blocks its thread while it computes. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { userMistake } from '../../domain/failures.ts';
import {
  type EncodedPictures,
  type EncoderSettings,
  type FeatureForm,
  featuresOfAnswer,
} from '../../domain/features/encoder.ts';
import { replyWith } from '../thread.ts';

export interface EncoderThreadData {
  path: string;
  settings: EncoderSettings;
  threads: number;
  /** What a message calls the graph. */
  name: string;
}

export interface EncoderRequest {
  /** `[n, 3, side, side]`, normalised. */
  pixels: Float32Array;
  form: FeatureForm;
}

const port = parentPort;
if (!port) throw new Error('encoder-thread.ts runs as a worker thread');
const { path, settings, threads, name }: EncoderThreadData = workerData;
const { side } = settings;
const options = {
  intraOpNumThreads: threads,
  executionProviders: ['cpu'],
  logSeverityLevel: 3,
  // Threads that wait for work by spinning take the processor from those that decode the next pictures.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
} as const;
const opening = InferenceSession.create(path, options);
opening.catch(() => {}); // told at the first request

port.on('message', async ({ pixels, form }: EncoderRequest) => {
  port.postMessage(await replyWith(() => explained(async () => encode(await opening, pixels, form))));
});

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('\n');
    const expected = `expected an ONNX graph from [n, 3, ${side}, ${side}] to [n, d] or [n, tokens, d]`;
    throw userMistake(`${name}: ${what}; ${expected}`, error);
  }
}

/** All at once, or one by one where the graph was exported for one picture. */
async function encode(session: InferenceSession, pixels: Float32Array, form: FeatureForm): Promise<EncodedPictures> {
  const each = 3 * side * side;
  const count = pixels.length / each;
  const [input] = session.inputMetadata;
  const isSingle = input?.isTensor === true && input.shape[0] === 1;
  if (!isSingle) return answer(session, pixels, count, form);
  const answers: EncodedPictures[] = [];
  for (let at = 0; at < pixels.length; at += each) {
    answers.push(await answer(session, pixels.slice(at, at + each), 1, form));
  }
  const [first] = answers;
  if (!first) throw new RangeError('there is no picture');
  const data = new Float32Array(answers.length * first.data.length);
  for (const [i, own] of answers.entries()) data.set(own.data, i * first.data.length);
  return { shape: first.shape, data };
}

async function answer(
  session: InferenceSession,
  pixels: Float32Array,
  count: number,
  form: FeatureForm,
): Promise<EncodedPictures> {
  const [input = ''] = session.inputNames;
  const output = settings.output ?? session.outputNames[0] ?? '';
  if (!session.outputNames.includes(output)) {
    throw new RangeError(`it has no output ${output}, but ${session.outputNames.join(', ')}`);
  }
  const outputs = await session.run({ [input]: new Tensor('float32', pixels, [count, 3, side, side]) }, [output]);
  const tensor = outputs[output];
  if (!tensor || !(tensor.data instanceof Float32Array) || tensor.dims[0] !== count || tensor.data.length === 0) {
    throw new RangeError(`it answers ${tensor?.type} of [${tensor?.dims.join(', ')}]`);
  }
  const features = featuresOfAnswer(tensor.data, tensor.dims, form, settings);
  // What is not finite would spoil every number that is computed from it, without a word.
  if (!features.data.every(Number.isFinite)) throw new RangeError('it answers numbers that are not finite');
  return features;
}
