/** The exported graphs as functions over arrays. `run` blocks its thread, so this is loaded in a worker thread only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { userMistake } from '../../domain/failures.ts';
import type { Floats } from './cache.ts';
import type { ModelFiles } from './model-files.ts';

export interface RgbImage {
  /** 8-bit RGB, row by row. */
  data: Uint8Array;
  height: number;
  width: number;
}

/** What the decoder is given beside keys and values: trainer/dermflow_trainer/inference/decoder_graph.py. */
export interface DecoderInput {
  /** `[batch, length]`, padded on the right */
  tokens: BigInt64Array;
  batch: number;
  /** `[3, batch, length]` */
  positions: BigInt64Array;
  /** Place of each row's last token in batch * length. */
  last: BigInt64Array;
  /** Tokens of each row that came before. */
  pastLengths: readonly number[];
  /** What stands in place of the tokens at `places` of batch * length, `[places, hidden]`. */
  features: Float32Array;
  places: BigInt64Array;
}

export interface Decoded {
  /** `[batch, vocabulary]`, of the last token */
  logits: Float32Array;
  /** Keys and values of these tokens, by name. */
  added: Record<string, Floats>;
}

export interface Graphs {
  /** Image features of pictures of one size, `[tokens, hidden]` each. */
  encodeImages(pictures: readonly RgbImage[]): Promise<Float32Array[]>;
  /** @param past keys and values of the tokens before; null: there are none */
  decode(input: DecoderInput, past: Readonly<Record<string, Floats>> | null): Promise<Decoded>;
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
  const nothing = (batch: number): Floats => ({
    data: new Float32Array(0),
    shape: [batch, files.keyValueHeads, 0, files.headWidth],
  });

  return {
    encodeImages: async (pictures) => {
      const [{ height, width } = { height: 0, width: 0 }] = pictures;
      const session = await visionGraph(`${height}x${width}`);
      const size = height * width * 3;
      const pixels = new Uint8Array(pictures.length * size);
      for (const [i, { data }] of pictures.entries()) pixels.set(data, i * size);
      const output = await session.run({ pixels: new Tensor('uint8', pixels, [pictures.length, height, width, 3]) });
      const features = floats(output, 'image_features').data;
      const each = features.length / pictures.length;
      // Copies, since each may be kept without the others.
      return pictures.map((_, i) => features.slice(i * each, (i + 1) * each));
    },
    decode: async (input, past) => {
      const before = cacheNames.map((name) => {
        const { data, shape } = past?.[name] ?? nothing(input.batch);
        return [`past.${name}`, new Tensor('float32', data, shape)];
      });
      const output = await decoder.run({ ...decoderFeeds(input, files), ...Object.fromEntries(before) });
      const added = cacheNames.map((name) => [name, floats(output, `new.${name}`)]);
      return { logits: floats(output, 'logits').data, added: Object.fromEntries(added) };
    },
  };
}

function decoderFeeds(input: DecoderInput, { hiddenSize }: ModelFiles): Record<string, Tensor> {
  const { tokens, batch, positions, last, pastLengths, features, places } = input;
  const length = tokens.length / batch;
  return {
    input_ids: new Tensor('int64', tokens, [batch, length]),
    image_features: new Tensor('float32', features, [places.length, hiddenSize]),
    image_places: new Tensor('int64', places, [places.length, 1]),
    position_ids: new Tensor('int64', positions, [3, batch, length]),
    last: new Tensor('int64', last, [batch]),
    past_lengths: new Tensor('int64', BigInt64Array.from(pastLengths, BigInt), [batch]),
  };
}

function floats(output: InferenceSession.OnnxValueMapType, name: string): Floats {
  const value = output[name];
  if (value instanceof Tensor && value.data instanceof Float32Array) return { data: value.data, shape: value.dims };
  throw new TypeError(`the graph has no output ${name} of float32`);
}
