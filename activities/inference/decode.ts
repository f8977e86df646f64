/**
 * Batched decoding: all prompts at once, padded on the right, then a token of each row at a time. A row that has ended
 * leaves the batch.
 */
import { Cache } from './cache.ts';
import type { DecoderInput, Graphs } from './graphs.ts';
import type { ModelFiles } from './model-files.ts';
import type { Prompt } from './prompt.ts';
import { drawsOf, likeliest, sampled } from './sampling.ts';

export interface EmbeddedPrompt extends Prompt {
  /** Features of the prompt's images in order, each `[tokens, hidden]`. */
  features: readonly Float32Array[];
}

export interface DecodeOptions {
  maxNewTokens: number;
  /** How each row is sampled; null: greedily. */
  sampling: { temperature: number; seeds: readonly number[] } | null;
  /** Sees what each row chose at each step, counted from 0, and among which scores. */
  watch?: ((row: number, step: number, token: number, scores: Float32Array) => void) | undefined;
  /** Called before each step; throws to stop. */
  check: () => void;
}

/** Tokens of the prompts that go through the graph together: with more its values leave the processor's caches. */
const tokensTogether = 512;

type Choose = (scores: Float32Array) => number;

interface Row {
  /** Its place among the prompts. */
  place: number;
  prompt: EmbeddedPrompt;
  choose: Choose;
  generated: number[];
}

/** Generated tokens of each prompt, without the end token. */
export async function decode(
  prompts: readonly EmbeddedPrompt[],
  graphs: Pick<Graphs, 'decode'>,
  files: Pick<ModelFiles, 'hiddenSize' | 'imageToken' | 'padToken' | 'endTokens' | 'suppressed'>,
  { maxNewTokens, sampling, watch, check }: DecodeOptions,
): Promise<number[][]> {
  const rows = prompts.map((prompt, place): Row => {
    const choose = sampling ? sampler(sampling.temperature, sampling.seeds[place] ?? 0) : likeliest;
    return { place, prompt, choose, generated: [] };
  });
  // Prompts of one length beside each other need no padding.
  const active = rows.toSorted((a, b) => b.prompt.tokens.length - a.prompt.tokens.length);
  const cache = new Cache(active.length);
  let scores: Float32Array[] = []; // of the next token of each row
  for (const some of together(active)) {
    check();
    const { logits, added } = await graphs.decode(
      promptInput(
        some.map(({ prompt }) => prompt),
        files,
      ),
      null,
    );
    cache.add(
      added,
      some.map(({ prompt }) => prompt.tokens.length),
      scores.length,
    );
    scores.push(...rowsOf(logits, some.length));
  }
  for (let step = 1; ; step += 1) {
    // From behind, since the last row takes the place of one that has ended.
    for (const [i, own] of [...scores.entries()].toReversed()) {
      const row = active[i];
      if (!row) throw new RangeError('more scores than rows');
      const token = nextToken(own, files.suppressed, row.choose);
      watch?.(row.place, step - 1, token, own);
      const ended = files.endTokens.has(token);
      if (!ended) row.generated.push(token);
      if (!ended && step < maxNewTokens) continue;
      cache.remove(i);
      const last = active.pop();
      if (last && last !== row) active[i] = last;
    }
    if (active.length === 0) return rows.map(({ generated }) => generated);
    check();
    const { logits, added } = await graphs.decode(stepInput(active, cache), cache.parts);
    cache.add(added, new Array<number>(active.length).fill(1), 0);
    scores = rowsOf(logits, active.length);
  }
}

/** Rows whose prompts go through the graph together, longest first. */
function* together(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0, end = 0; start < rows.length; start = end) {
    const length = rows[start]?.prompt.tokens.length ?? 1;
    end = start + Math.max(1, Math.floor(tokensTogether / length));
    yield rows.slice(start, end);
  }
}

function sampler(temperature: number, seed: number): Choose {
  const draw = drawsOf(seed);
  return (scores) => sampled(scores, temperature, draw());
}

function promptInput(
  prompts: readonly EmbeddedPrompt[],
  files: Pick<ModelFiles, 'hiddenSize' | 'imageToken' | 'padToken'>,
): DecoderInput {
  const batch = prompts.length;
  const lengths = prompts.map((prompt) => prompt.tokens.length);
  const length = Math.max(...lengths);
  const tokens = new BigInt64Array(batch * length).fill(BigInt(files.padToken));
  // Padding is not looked at, so its position 0 has no effect.
  const positions = new BigInt64Array(3 * batch * length);
  const places: number[] = [];
  for (const [row, prompt] of prompts.entries()) {
    const start = row * length;
    const imagePlaces = prompt.tokens.flatMap((token, i) => (token === files.imageToken ? [start + i] : []));
    const given = prompt.features.reduce((sum, feature) => sum + feature.length / files.hiddenSize, 0);
    if (given !== imagePlaces.length) throw new RangeError('image features and placeholders differ in number');
    places.push(...imagePlaces);
    tokens.set(BigInt64Array.from(prompt.tokens, BigInt), start);
    const { time, height, width } = prompt.positions;
    for (const [axis, values] of [time, height, width].entries()) {
      positions.set(BigInt64Array.from(values, BigInt), axis * batch * length + start);
    }
  }
  const features = new Float32Array(places.length * files.hiddenSize);
  let at = 0;
  for (const feature of prompts.flatMap((prompt) => prompt.features)) {
    features.set(feature, at);
    at += feature.length;
  }
  return {
    ...{ tokens, batch, positions, features, places: BigInt64Array.from(places, BigInt) },
    last: BigInt64Array.from(lengths, (own, row) => BigInt(row * length + own - 1)),
    pastLengths: prompts.map(() => 0),
  };
}

/** The token that each row generated last. */
function stepInput(rows: readonly Row[], { lengths }: Cache): DecoderInput {
  const positions = rows.map(({ prompt, generated }) => BigInt(prompt.positions.next + generated.length - 1));
  return {
    tokens: BigInt64Array.from(rows, ({ generated }) => BigInt(generated.at(-1) ?? 0)),
    batch: rows.length,
    positions: BigInt64Array.from([...positions, ...positions, ...positions]),
    last: BigInt64Array.from(rows, (_, row) => BigInt(row)),
    pastLengths: lengths,
    features: new Float32Array(0),
    places: new BigInt64Array(0),
  };
}

const rowsOf = (logits: Float32Array, rows: number): Float32Array[] => {
  const width = logits.length / rows;
  return Array.from({ length: rows }, (_, row) => logits.subarray(row * width, (row + 1) * width));
};

/** The token that is chosen by its scores; never a suppressed one. */
export function nextToken(scores: Float32Array, suppressed: readonly number[], choose: Choose = likeliest): number {
  for (const token of suppressed) scores[token] = Number.NEGATIVE_INFINITY;
  return choose(scores);
}
