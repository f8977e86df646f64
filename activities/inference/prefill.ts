/**
 * Prompts through the decoder's graph, in two parts: up to the last image, which several questions may share, and what
 * follows. Keys and values of first parts are kept as long as there is room. A prompt goes in two parts also where nobody
 * shares the first, so that its scores do not depend on what was asked before.
 */
import { LRUCache } from 'lru-cache';
import type { Cache, Floats } from './cache.ts';
import type { Decoded, DecoderInput, Graphs } from './graphs.ts';
import type { ModelFiles } from './model-files.ts';
import type { EncodedPicture } from './picture-encoder.ts';
import type { Prompt } from './prompt.ts';

export interface EmbeddedPrompt extends Prompt {
  /** In the order of the prompt's images. */
  pictures: readonly Pick<EncodedPicture, 'digest' | 'features'>[];
}

/**
 * Fills the empty cache, a row per prompt; gives the scores of the next token of each.
 *
 * @param check called before each run of the graph; throws to stop
 */
export type Prefill = (prompts: readonly EmbeddedPrompt[], cache: Cache, check: () => void) => Promise<Float32Array[]>;

/** Some of a prompt's tokens. */
interface Part extends Omit<EmbeddedPrompt, 'shown'> {
  /** Tokens before them. */
  past: number;
}

/** Keys and values by name, `[1, heads, tokens, width]`. */
type KeysValues = Record<string, Floats>;

/** Tokens that go through the graph together: with more its values leave the processor's caches. */
const tokensTogether = 512;

/** @param room bytes of keys and values that are kept; by default of 8,000 pictures of the tiny model, of 10 of the 7B one */
export function createPrefill(
  files: Pick<ModelFiles, 'hiddenSize' | 'imageToken' | 'padToken'>,
  graphs: Pick<Graphs, 'decode'>,
  room = 1 << 28,
): Prefill {
  const kept = new LRUCache<string, KeysValues>({ maxSize: room, sizeCalculation: bytesOf });

  const run = (parts: readonly Part[], past: KeysValues | null): Promise<Decoded> =>
    graphs.decode(inputOf(parts, files), past);

  /** Of each part, in their order; null of one without tokens. */
  async function ofShown(parts: readonly Part[], check: () => void): Promise<(KeysValues | null)[]> {
    const keys = parts.map(({ pictures, tokens }) => `${pictures.map(({ digest }) => digest)} ${tokens}`);
    const found = new Map<string, KeysValues>();
    const missing = new Map<string, Part>();
    for (const [i, part] of parts.entries()) {
      const key = keys[i] ?? '';
      const own = kept.get(key);
      if (own) found.set(key, own);
      else if (part.tokens.length > 0) missing.set(key, part);
    }
    const longestFirst = [...missing].toSorted(([, a], [, b]) => b.tokens.length - a.tokens.length);
    for (const some of together(longestFirst, ([, { tokens }]) => tokens.length)) {
      check();
      const { added } = await run(
        some.map(([, part]) => part),
        null,
      );
      for (const [i, [key, { tokens }]] of some.entries()) {
        const own = cacheOfRow(added, i, tokens.length);
        found.set(key, own);
        kept.set(key, own);
      }
    }
    return keys.map((key) => found.get(key) ?? null);
  }

  return async (prompts, cache, check) => {
    const [shown, asked] = [prompts.map(shownOf), prompts.map(askedOf)];
    const known = await ofShown(shown, check);
    const longest = Math.max(...shown.map(({ tokens }) => tokens.length));
    cache.reserve(longest);
    for (const [row, own] of known.entries()) if (own) cache.add(own, [shown[row]?.tokens.length ?? 0], row);
    const scores: Float32Array[] = [];
    const additions: { start: number; counts: number[]; added: KeysValues }[] = [];
    for (const some of together(asked, ({ tokens }) => tokens.length)) {
      check();
      const start = scores.length;
      const { logits, added } = await run(some, longest === 0 ? null : cache.rows(start, start + some.length));
      scores.push(...splitRows(logits, some.length));
      additions.push({ start, counts: some.map(({ tokens }) => tokens.length), added });
    }
    // Not before, since the cache makes more room for them, and each run is to see the same.
    for (const { start, counts, added } of additions) cache.add(added, counts, start);
    return scores;
  };
}

/** Up to the last image; nothing where there is none, or where nothing follows it. */
const shownOf = (prompt: EmbeddedPrompt): Part => partOf(prompt, 0, prompt.shown);

const askedOf = (prompt: EmbeddedPrompt): Part => partOf(prompt, prompt.shown, prompt.tokens.length);

function partOf({ tokens, shown, positions, pictures }: EmbeddedPrompt, start: number, end: number): Part {
  const { time, height, width, next } = positions;
  const [ofTime, ofHeight, ofWidth] = [time, height, width].map((axis) => axis.slice(start, end));
  return {
    ...{ tokens: tokens.slice(start, end), past: start, pictures: start < shown || shown === 0 ? pictures : [] },
    positions: { time: ofTime ?? [], height: ofHeight ?? [], width: ofWidth ?? [], next },
  };
}

/** Parts that go through the graph together, in their order. */
function* together<T>(parts: readonly T[], lengthOf: (part: T) => number): Generator<T[]> {
  let some: T[] = [];
  let longest = 0;
  for (const part of parts) {
    longest = Math.max(longest, lengthOf(part));
    if (some.length > 0 && longest * (some.length + 1) > tokensTogether) {
      yield some;
      [some, longest] = [[], lengthOf(part)];
    }
    some.push(part);
  }
  if (some.length > 0) yield some;
}

function inputOf(
  parts: readonly Part[],
  files: Pick<ModelFiles, 'hiddenSize' | 'imageToken' | 'padToken'>,
): DecoderInput {
  const batch = parts.length;
  const lengths = parts.map(({ tokens }) => tokens.length);
  const length = Math.max(...lengths);
  const tokens = new BigInt64Array(batch * length).fill(BigInt(files.padToken));
  // Padding is not looked at, so its position 0 has no effect.
  const positions = new BigInt64Array(3 * batch * length);
  const places: number[] = [];
  for (const [row, part] of parts.entries()) {
    const start = row * length;
    const imagePlaces = part.tokens.flatMap((token, i) => (token === files.imageToken ? [start + i] : []));
    const given = part.pictures.reduce((sum, { features }) => sum + features.length / files.hiddenSize, 0);
    if (given !== imagePlaces.length) throw new RangeError('image features and placeholders differ in number');
    places.push(...imagePlaces);
    tokens.set(BigInt64Array.from(part.tokens, BigInt), start);
    const { time, height, width } = part.positions;
    for (const [axis, values] of [time, height, width].entries()) {
      positions.set(BigInt64Array.from(values, BigInt), axis * batch * length + start);
    }
  }
  const features = new Float32Array(places.length * files.hiddenSize);
  let at = 0;
  for (const { features: own } of parts.flatMap(({ pictures }) => pictures)) {
    features.set(own, at);
    at += own.length;
  }
  return {
    ...{ tokens, batch, positions, features, places: BigInt64Array.from(places, BigInt) },
    last: BigInt64Array.from(lengths, (own, row) => BigInt(row * length + own - 1)),
    pastLengths: parts.map(({ past }) => past),
  };
}

/** A copy of one row's first tokens. */
function cacheOfRow(added: KeysValues, row: number, tokens: number): KeysValues {
  const rows = Object.entries(added).map(([name, { data, shape }]) => {
    const [, heads = 0, length = 0, width = 0] = shape;
    const own = new Float32Array(heads * tokens * width);
    for (let head = 0; head < heads; head += 1) {
      const from = (row * heads + head) * length * width;
      own.set(data.subarray(from, from + tokens * width), head * tokens * width);
    }
    return [name, { data: own, shape: [1, heads, tokens, width] }] as const;
  });
  return Object.fromEntries(rows);
}

const bytesOf = (parts: KeysValues): number => Object.values(parts).reduce((sum, { data }) => sum + data.byteLength, 0);

/** `[rows, vocabulary]`, each row by itself. */
export function splitRows(logits: Float32Array, rows: number): Float32Array[] {
  const width = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => logits.subarray(row * width, (row + 1) * width));
}
