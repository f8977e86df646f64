/** The exported graphs as functions over arrays. `run` blocks its thread, so this is loaded in a worker thread only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { userMistake } from '../../domain/failures.ts';
import type { ModelFiles } from './model-files.ts';
import type { Grid } from './patches.ts';

export type Cache = Record<string, Tensor>;

export interface DecoderInput {
  batch: number;
  /** `[batch, length, hidden]` */
  embeddings: Float32Array;
  length: number;
  /** `[batch, past + length]`, 1 where a token stands */
  mask: BigInt64Array;
  /** `[3, batch, length]` */
  positions: BigInt64Array;
  cache: Cache;
}

export interface Graphs {
  /** Image features, `[tokens, hidden]`. */
  encodeImage(patches: Float32Array, grid: Grid): Promise<Float32Array>;
  embed(tokens: BigInt64Array, batch: number): Promise<Float32Array>;
  /** Logits of the last position, `[batch, vocabulary]`, and the cache with the new keys and values. */
  decode(input: DecoderInput): Promise<{ logits: Float32Array; cache: Cache }>;
  emptyCache(batch: number): Cache;
}

export async function openGraphs(folder: string, files: ModelFiles, threads: number): Promise<Graphs> {
  const open = (name: string): Promise<InferenceSession> =>
    InferenceSession.create(join(folder, 'onnx', `${name}.onnx`), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionProviders: ['cpu'],
      logSeverityLevel: 3,
    });
  const [embedding, decoder] = await Promise.all([open('embed_tokens'), open('decoder_model_merged')]);
  const vision = new Map<string, Promise<InferenceSession>>();

  const visionGraph = (grid: Grid): Promise<InferenceSession> => {
    const size = `${grid.height * files.image.patchSize}x${grid.width * files.image.patchSize}`;
    const name = `vision_encoder_${size}`;
    if (!existsSync(join(folder, 'onnx', `${name}.onnx`))) {
      throw userMistake(`the export has no graph for images of ${size} pixels; export it with this size in imageSizes`);
    }
    const session = vision.get(name) ?? open(name);
    vision.set(name, session);
    return session;
  };

  return {
    encodeImage: async (patches, grid) => {
      const count = grid.height * grid.width;
      const session = await visionGraph(grid);
      const output = await session.run({
        pixel_values: new Tensor('float32', patches, [count, patches.length / count]),
      });
      return floats(output, 'image_features');
    },
    embed: async (tokens, batch) =>
      floats(
        await embedding.run({ input_ids: new Tensor('int64', tokens, [batch, tokens.length / batch]) }),
        'inputs_embeds',
      ),
    decode: async ({ batch, embeddings, length, mask, positions, cache }) => {
      const output = await decoder.run({
        inputs_embeds: new Tensor('float32', embeddings, [batch, length, files.hiddenSize]),
        attention_mask: new Tensor('int64', mask, [batch, mask.length / batch]),
        position_ids: new Tensor('int64', positions, [3, batch, length]),
        ...cache,
      });
      const next = cacheNames(files).map((name) => [`past_key_values.${name}`, tensor(output, `present.${name}`)]);
      return { logits: floats(output, 'logits'), cache: Object.fromEntries(next) };
    },
    emptyCache: (batch) =>
      Object.fromEntries(
        cacheNames(files).map((name) => [
          `past_key_values.${name}`,
          new Tensor('float32', new Float32Array(0), [batch, files.keyValueHeads, 0, files.headWidth]),
        ]),
      ),
  };
}

const cacheNames = ({ layers }: ModelFiles): string[] =>
  Array.from({ length: layers }, (_, layer) => [`${layer}.key`, `${layer}.value`]).flat();

function tensor(output: InferenceSession.OnnxValueMapType, name: string): Tensor {
  const value = output[name];
  if (value instanceof Tensor) return value;
  throw new TypeError(`the graph has no output tensor ${name}`);
}

function floats(output: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const { data } = tensor(output, name);
  if (data instanceof Float32Array) return data;
  throw new TypeError(`output ${name} is not float32`);
}
