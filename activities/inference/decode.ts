/** Batched decoding: all prompts, then a token of each row at a time. A row that has ended leaves the batch. */
import { Cache } from './cache.ts';
import type { DecoderInput, Graphs } from './graphs.ts';
import type { ModelFiles } from './model-files.ts';
import { type EmbeddedPrompt, type Prefill, splitRows } from './prefill.ts';
import { drawsOf, likeliest, sampled } from './sampling.ts';

interface DecodeOptions {
  maxNewTokens: number;
  /** How each row is sampled; null: greedily. */
  sampling: { temperature: number; seeds: readonly number[] } | null;
  /** Sees what each row chose at each step, counted from 0, and among which scores. */
  watch?: ((row: number, step: number, token: number, scores: Float32Array) => void) | undefined;
  /** Called before each step; throws to stop. */
  check: () => void;
}

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
  prefill: Prefill,
  graphs: Pick<Graphs, 'decode'>,
  files: Pick<ModelFiles, 'endTokens' | 'suppressed'>,
  { maxNewTokens, sampling, watch, check }: DecodeOptions,
): Promise<number[][]> {
  const rows = prompts.map((prompt, place): Row => {
    const choose = sampling ? sampler(sampling.temperature, sampling.seeds[place] ?? 0) : likeliest;
    return { place, prompt, choose, generated: [] };
  });
  // What goes through the graph together is of like lengths: it is padded.
  const asked = ({ prompt: { tokens, shown } }: Row): number => tokens.length - shown;
  const active = rows.toSorted((a, b) => asked(b) - asked(a));
  const cache = new Cache(active.length);
  let scores = await prefill(
    active.map(({ prompt }) => prompt),
    cache,
    check,
  );
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
    const { logits, added } = await graphs.decode(stepInput(active, cache), cache.rows(0, active.length));
    cache.add(added, new Array<number>(active.length).fill(1), 0);
    scores = splitRows(logits, active.length);
  }
}

function sampler(temperature: number, seed: number): Choose {
  const draw = drawsOf(seed);
  return (scores) => sampled(scores, temperature, draw());
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

/** The token that is chosen by its scores; never a suppressed one. */
export function nextToken(scores: Float32Array, suppressed: readonly number[], choose: Choose = likeliest): number {
  for (const token of suppressed) scores[token] = Number.NEGATIVE_INFINITY;
  return choose(scores);
}
