/** Batched decoding: prompts padded on the left, one key-value cache, until each row ended or the limit is met. */
import type { Cache, Graphs } from './graphs.ts';
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
  /** Sees what each row chose at each step, also after its end, and among which scores. */
  watch?: ((row: number, step: number, token: number, scores: Float32Array) => void) | undefined;
  /** Called before each step; throws to stop. */
  check: () => void;
}

/** Generated tokens of each prompt, without the end token. */
export async function decode(
  prompts: readonly EmbeddedPrompt[],
  graphs: Graphs,
  files: ModelFiles,
  options: DecodeOptions,
): Promise<number[][]> {
  const batch = prompts.length;
  const generated = prompts.map((): number[] => []);
  const ended = prompts.map(() => false);
  let length = Math.max(...prompts.map((prompt) => prompt.tokens.length));
  let total = length;
  let embeddings = await embedPrompts(prompts, length, graphs, files);
  let positions = promptPositions(prompts, length);
  let cache: Cache = graphs.emptyCache(batch);
  const draws = options.sampling?.seeds.map(drawsOf);
  const draw = (scores: Float32Array, row: number): number => {
    const next = draws?.[row];
    return options.sampling && next ? sampled(scores, options.sampling.temperature, next()) : likeliest(scores);
  };

  for (let step = 0; step < options.maxNewTokens; step += 1) {
    options.check();
    const output = await graphs.decode({
      batch,
      embeddings,
      length,
      mask: mask(prompts, total, step),
      positions,
      cache,
    });
    cache = output.cache;
    const next = nextTokens(output.logits, batch, files.suppressed, (scores, row) => {
      const token = draw(scores, row);
      options.watch?.(row, step, token, scores);
      return token;
    });
    next.forEach((token, row) => {
      if (files.endTokens.has(token)) ended[row] = true;
      if (!ended[row]) generated[row]?.push(token);
    });
    if (ended.every(Boolean)) break;
    const fed = next.map((token, row) => BigInt(ended[row] ? files.padToken : token));
    embeddings = await graphs.embed(BigInt64Array.from(fed), batch);
    const places = prompts.map((prompt) => BigInt(prompt.positions.next + step));
    positions = BigInt64Array.from([...places, ...places, ...places]);
    length = 1;
    total += 1;
  }
  return generated;
}

async function embedPrompts(
  prompts: readonly EmbeddedPrompt[],
  length: number,
  graphs: Graphs,
  files: ModelFiles,
): Promise<Float32Array> {
  const padded = prompts.flatMap(({ tokens }) => [
    ...new Array<number>(length - tokens.length).fill(files.padToken),
    ...tokens,
  ]);
  const embeddings = await graphs.embed(BigInt64Array.from(padded, BigInt), prompts.length);
  const hidden = files.hiddenSize;
  prompts.forEach(({ tokens, features }, row) => {
    const offset = (row + 1) * length - tokens.length;
    const places = tokens.flatMap((token, i) => (token === files.imageToken ? [offset + i] : []));
    const rows = features.flatMap((feature) =>
      Array.from({ length: feature.length / hidden }, (_, i) => feature.subarray(i * hidden, (i + 1) * hidden)),
    );
    places.forEach((place, i) => {
      const vector = rows[i];
      if (!vector || rows.length !== places.length)
        throw new RangeError('image features and placeholders differ in number');
      embeddings.set(vector, place * hidden);
    });
  });
  return embeddings;
}

/** `[3, batch, length]`; padding is masked, so its position 0 has no effect. */
function promptPositions(prompts: readonly EmbeddedPrompt[], length: number): BigInt64Array {
  const axes = (['time', 'height', 'width'] as const).flatMap((axis) =>
    prompts.flatMap(({ tokens, positions }) => [
      ...new Array<number>(length - tokens.length).fill(0),
      ...positions[axis],
    ]),
  );
  return BigInt64Array.from(axes, BigInt);
}

function mask(prompts: readonly EmbeddedPrompt[], total: number, generated: number): BigInt64Array {
  const values = new BigInt64Array(prompts.length * total).fill(1n);
  for (const [row, { tokens }] of prompts.entries()) {
    values.fill(0n, row * total, (row + 1) * total - generated - tokens.length);
  }
  return values;
}

/** The token that `choose` takes of each row's scores; never a suppressed one. */
export function nextTokens(
  logits: Float32Array,
  batch: number,
  suppressed: readonly number[],
  choose: (scores: Float32Array, row: number) => number = likeliest,
): number[] {
  const vocabulary = logits.length / batch;
  return Array.from({ length: batch }, (_, row) => {
    const scores = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    for (const token of suppressed) scores[token] = Number.NEGATIVE_INFINITY;
    return choose(scores, row);
  });
}
