/** An image encoder as an ONNX graph: what it takes, and how its answer becomes features of a picture. */
import { z } from 'zod';

const channels = z.tuple([z.number(), z.number(), z.number()]);

/**
 * A graph from `[n, 3, side, side]` to `[n, d]`, to tokens `[n, t, d]`, or to a map `[n, d, h, w]`. Its batch may be fixed
 * to one picture. All of it decides the features, so all of it is part of their key.
 */
export const encoderSettingsSchema = z.strictObject({
  /** Pixels of both sides to which a picture is stretched. */
  side: z.int().min(1).max(4096).default(224),
  /** Of the channels, for pixels from 0 to 1; by default ImageNet's. */
  mean: channels.default([0.485, 0.456, 0.406]),
  std: channels
    .refine((values) => values.every((value) => value > 0), 'expected numbers above 0')
    .default([0.229, 0.224, 0.225]),
  /** `first`: the class token. `mean`: of all patches. Of no effect where the graph answers one row per picture. */
  pooling: z.enum(['first', 'mean']).default('first'),
  /** Tokens before those of the patches: the class token, and registers where it has some. */
  prefixTokens: z.int().min(0).default(1),
  /** Name of the graph's output; null: its first. */
  output: z.string().min(1).nullable().default(null),
});
export type EncoderSettings = z.infer<typeof encoderSettingsSchema>;

/** `pooled`: a row of `d` numbers per picture. `patches`: a row of `d` for each patch, row by row of the picture. */
export const featureForms = ['pooled', 'patches'] as const;
export type FeatureForm = (typeof featureForms)[number];

/** Features of some pictures, one after another, each of the same shape: `[d]` or `[patches, d]`. */
export interface EncodedPictures {
  shape: number[];
  data: Float32Array;
}

/** Of several answers of one graph, one after another. */
export function joined(parts: readonly EncodedPictures[]): EncodedPictures {
  const [first] = parts;
  if (!first) throw new RangeError('there is no picture');
  const data = new Float32Array(parts.reduce((length, part) => length + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: first.shape, data };
}

/** A number times zero is zero unless it is infinite or not a number; a sum keeps that. Faster than to ask of each. */
export function areFinite(data: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i += 1) sum += (data[i] ?? 0) * 0;
  return sum === 0;
}

/**
 * What a graph answered, as features of each picture. Throws a RangeError that says what the answer is, where it has no
 * such form.
 *
 * @param dims of the answer, the pictures first
 */
export function featuresOfAnswer(
  data: Float32Array,
  dims: readonly number[],
  form: FeatureForm,
  { pooling, prefixTokens }: Pick<EncoderSettings, 'pooling' | 'prefixTokens'>,
): EncodedPictures {
  const [count = 0, ...rest] = dims;
  const [first = 0, second = 0] = rest;
  if (rest.length === 1) {
    if (form === 'pooled') return { shape: [first], data };
    throw new RangeError(`it answers one row per picture ([${dims.join(', ')}]), and no patches`);
  }
  if (rest.length === 2) {
    const tokens = { data, count, tokens: first, width: second };
    if (form === 'pooled' && pooling === 'first') return { shape: [second], data: part(tokens, 0, 1) };
    if (prefixTokens >= first)
      throw new RangeError(`it answers ${first} tokens, of which ${prefixTokens} are no patches`);
    const patches = part(tokens, prefixTokens, first);
    const left = first - prefixTokens;
    return form === 'patches'
      ? { shape: [left, second], data: patches }
      : { shape: [second], data: meanOfRows(patches, count, left, second) };
  }
  if (rest.length === 3) {
    const patches = second * (rest[2] ?? 0);
    const rows = channelsLast(data, count, first, patches);
    if (form === 'patches') return { shape: [patches, first], data: rows };
    if (pooling === 'mean') return { shape: [first], data: meanOfRows(rows, count, patches, first) };
    throw new RangeError(`it answers a map ([${dims.join(', ')}]) without a class token; set pooling: mean`);
  }
  throw new RangeError(`it answers [${dims.join(', ')}]`);
}

interface Tokens {
  data: Float32Array;
  count: number;
  tokens: number;
  width: number;
}

/** Tokens `from` up to `to` of each picture. */
function part({ data, count, tokens, width }: Tokens, from: number, to: number): Float32Array {
  const length = (to - from) * width;
  const taken = new Float32Array(count * length);
  for (let i = 0; i < count; i += 1) {
    const start = (i * tokens + from) * width;
    taken.set(data.subarray(start, start + length), i * length);
  }
  return taken;
}

function meanOfRows(data: Float32Array, count: number, rows: number, width: number): Float32Array {
  return Float32Array.from({ length: count * width }, (_, at) => {
    const [picture, column] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += data[(picture * rows + row) * width + column] ?? 0;
    return sum / rows;
  });
}

/** `[n, d, patches]` to `[n, patches, d]`. */
function channelsLast(data: Float32Array, count: number, width: number, patches: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let i = 0; i < count; i += 1) {
    for (let column = 0; column < width; column += 1) {
      for (let patch = 0; patch < patches; patch += 1) {
        turned[(i * patches + patch) * width + column] = data[(i * width + column) * patches + patch] ?? 0;
      }
    }
  }
  return turned;
}
