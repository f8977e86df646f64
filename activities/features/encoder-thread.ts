/** Entry of a worker thread that decodes pictures and holds an encoder's graph, which blocks its thread while it computes. */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { userMistake } from '../../domain/failures.ts';
import {
  areFinite,
  type EncodedPictures,
  type EncoderSettings,
  type FeatureForm,
  featuresOfAnswer,
  joined,
} from '../../domain/features/encoder.ts';
import { concurrently } from '../concurrently.ts';
import { replyWith } from '../thread.ts';
import { channelLevels, readPixels } from './pixels.ts';

export interface EncoderThreadData {
  path: string;
  settings: EncoderSettings;
  /** They decode, then encode. */
  threads: number;
  /** What a message calls the graph. */
  name: string;
}

export interface EncoderRequest {
  pictures: readonly Uint8Array[];
  form: FeatureForm;
}

const port = parentPort;
if (!port) throw new Error('encoder-thread.ts runs as a worker thread');
const { path, settings, threads, name }: EncoderThreadData = workerData;
const { side } = settings;
const each = 3 * side * side;
const levels = channelLevels(settings);
sharp.concurrency(1); // as many pictures at once as there are threads, each by one
const options = {
  intraOpNumThreads: threads,
  executionProviders: ['cpu'],
  logSeverityLevel: 3,
  // Threads that wait for work by spinning take the processor from those that decode.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
} as const;
const opening = InferenceSession.create(path, options);
opening.catch(() => {}); // reported at the first request

port.on('message', async ({ pictures, form }: EncoderRequest) => {
  const reply = await replyWith(async () => {
    const pixels = await pixelsOf(pictures);
    return explained(async () => encode(await opening, pixels, form));
  });
  const moved = (reply.ok ? [reply.value.data.buffer] : []) as ArrayBuffer[]; // no shared ones are made
  port.postMessage(reply, moved);
});

/** Of the request before, to be used again: memory that is new costs more than to fill it. */
let kept = new Float32Array();

/** `[n, 3, side, side]`, normalised; the next call changes it. */
async function pixelsOf(pictures: readonly Uint8Array[]): Promise<Float32Array> {
  const length = pictures.length * each;
  if (kept.length !== length) kept = new Float32Array(length);
  await concurrently(pictures.entries(), threads, ([i, picture]) =>
    readPixels(picture, side, levels, kept.subarray(i * each, (i + 1) * each)),
  );
  return kept;
}

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
  const count = pixels.length / each;
  const [input] = session.inputMetadata;
  const isSingle = input?.isTensor === true && input.shape[0] === 1;
  if (!isSingle) return answer(session, pixels, count, form);
  const answers: EncodedPictures[] = [];
  for (let at = 0; at < pixels.length; at += each) {
    answers.push(await answer(session, pixels.subarray(at, at + each), 1, form));
  }
  return joined(answers);
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
  if (!areFinite(features.data)) throw new RangeError('it answers numbers that are not finite');
  return features;
}
