/**
 * The next token of a row. Sampling draws one number per token, from the row's own seed, so that a row's answer does not
 * depend on its batch. The trainer's `generate` draws the same numbers (trainer/dermflow_trainer/inference/sampling.py).
 */

/** Numbers in [0, 1) by mulberry32, which both languages compute alike. */
export function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The most likely token; of equal ones the first. */
export function likeliest(scores: Float32Array): number {
  let best = 0;
  for (let token = 1; token < scores.length; token += 1) {
    if ((scores[token] ?? 0) > (scores[best] ?? 0)) best = token;
  }
  return best;
}

/** The first token at which the sum of softmax(scores / temperature) passes `draw`. */
export function sampled(scores: Float32Array, temperature: number, draw: number): number {
  const most = scores[likeliest(scores)] ?? 0;
  const weights = Float64Array.from(scores, (score) => Math.exp((score - most) / temperature));
  let left = draw * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [token, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return token;
  }
  return likeliest(scores);
}
