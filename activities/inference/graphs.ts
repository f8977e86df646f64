/** The exported graphs as functions over arrays. `run` blocks its thread, so this is loaded in a worker thread only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { userMistake } from '../../domain/failures.ts';
import type { CacheTensors } from './cache.ts';
import type { ModelFiles } from './model-files.ts';

export interface Pixels {
  /** 8-bit RGB, row by row. */
  data: Uint8Array;
  height: number;
  width: number;
}

/** What the decoder is given beside its cache: trainer/dermflow_trainer/inference/decoder_graph.py. */
export interface DecoderInput {
  /** `[batch, length]`, padded on the right */
  tokens: BigInt64Array;
  batch: number;
  /** `[3, batch, length]` */
  positions: BigInt64Array;
  /** Place of each row's last token in batch * length. */
  last: BigInt64Array;
  /** Tokens of each row, those of the cache and these. */
  totals: readonly number[];
  /** What stands in place of the tokens at `places` of batch * length, `[places, hidden]`. */
  features: Float32Array;
  places: BigInt64Array;
}

export interface Graphs {
  /** Image features of pictures of one size, `[tokens, hidden]` each. */
  encodeImages(pictures: readonly Pixels[]): Promise<Float32Array[]>;
  /** Logits of the last token, `[batch, vocabulary]`, and keys and values as the graph gives them. */
  prefill(input: DecoderInput): Promise<{ logits: Float32Array; present: Record<string, Tensor> }>;
  /** The same for one more token of each row, whose keys and values are written into the cache. */
  step(input: DecoderInput, cache: CacheTensors): Promise<Float32Array>;
}

export async function openGraphs(folder: string, files: ModelFiles, threads: number): Promise<Graphs> {
  const pathOf = (name: string): string => join(folder, 'onnx', `${name}.onnx`);
  const open = (name: string): Promise<InferenceSession> =>
    InferenceSession.create(pathOf(name), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
    });
  if (!existsSync(pathOf('decoder'))) {
    throw userMistake(`${folder} holds no onnx/decoder.onnx: it was exported by an earlier version; export it again`);
  }
  const decoder = await open('decoder');
  const vision = new Map<string, Promise<InferenceSession>>();

  const visionGraph = (size: string): Promise<InferenceSession> => {
    const name = `vision_encoder_${size}`;
    if (!existsSync(pathOf(name))) {
      throw userMistake(`the export has no graph for images of ${size} pixels; export it with this size in imageSizes`);
    }
    const session = vision.get(name) ?? open(name);
    vision.set(name, session);
    return session;
  };

  const cacheNames = Array.from({ length: files.layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();
  const emptyCache = (batch: number): Record<string, Tensor> => {
    const empty = new Tensor('float32', new Float32Array(0), [batch, files.keyValueHeads, 0, files.headWidth]);
    return Object.fromEntries(cacheNames.map((name) => [`past_key_values.${name}`, empty]));
  };

  return {
    encodeImages: async (pictures) => {
      const [{ height, width } = { height: 0, width: 0 }] = pictures;
      const session = await visionGraph(`${height}x${width}`);
      const size = height * width * 3;
      const pixels = new Uint8Array(pictures.length * size);
      for (const [i, { data }] of pictures.entries()) pixels.set(data, i * size);
      const output = await session.run({ pixels: new Tensor('uint8', pixels, [pictures.length, height, width, 3]) });
      const features = floats(output, 'image_features');
      const each = features.length / pictures.length;
      // Copies, since each may be kept without the others.
      return pictures.map((_, i) => features.slice(i * each, (i + 1) * each));
    },
    prefill: async (input) => {
      const output = await decoder.run({ ...decoderFeeds(input, files), ...emptyCache(input.batch) });
      const present = cacheNames.map((name) => [`present.${name}`, tensorOf(output, `present.${name}`)]);
      return { logits: floats(output, 'logits'), present: Object.fromEntries(present) };
    },
    step: async (input, { past, present }) => {
      const output = await decoder.run({ ...decoderFeeds(input, files), ...past }, { logits: null, ...present });
      return floats(output, 'logits');
    },
  };
}

function decoderFeeds(input: DecoderInput, { hiddenSize }: ModelFiles): Record<string, Tensor> {
  const { tokens, batch, positions, last, totals, features, places } = input;
  const length = tokens.length / batch;
  return {
    input_ids: new Tensor('int64', tokens, [batch, length]),
    image_features: new Tensor('float32', features, [places.length, hiddenSize]),
    image_places: new Tensor('int64', places, [places.length, 1]),
    position_ids: new Tensor('int64', positions, [3, batch, length]),
    last: new Tensor('int64', last, [batch]),
    seqlens_k: new Tensor(
      'int32',
      Int32Array.from(totals, (total) => total - 1),
      [batch],
    ),
    total_sequence_length: new Tensor('int32', Int32Array.of(Math.max(length, ...totals)), [1]),
  };
}

function tensorOf(output: InferenceSession.OnnxValueMapType, name: string): Tensor {
  const value = output[name];
  if (value instanceof Tensor) return value;
  throw new TypeError(`the graph has no output tensor ${name}`);
}

function floats(output: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const { data } = tensorOf(output, name);
  if (data instanceof Float32Array) return data;
  throw new TypeError(`output ${name} is not float32`);
}
