import { describe, expect, it } from 'vitest';
import { drawsOf, likeliest, sampled } from '../../../activities/inference/sampling.ts';

const scores = Float32Array.from([0, Math.log(2), Number.NEGATIVE_INFINITY, Math.log(5)]);
const take = (seed: number, count: number): number[] => {
  const draw = drawsOf(seed);
  return Array.from({ length: count }, draw);
};

describe('drawsOf', () => {
  // The trainer's tests hold the same numbers.
  it('draws these numbers', () => {
    expect(take(1, 3).map((draw) => draw * 2 ** 32)).toEqual([2_693_262_067, 11_749_833, 2_265_367_787]);
    expect(take(4_294_967_295, 2).map((draw) => draw * 2 ** 32)).toEqual(take(-1, 2).map((draw) => draw * 2 ** 32));
  });

  it('draws evenly in [0, 1)', () => {
    const draws = take(7, 20_000);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, (_, i) => draws.filter((draw) => Math.floor(draw * 10) === i).length);
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });
});

describe('sampled', () => {
  it('takes tokens as often as softmax has them likely, and never an impossible one', () => {
    const draw = drawsOf(11);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 40_000; i += 1) {
      const token = sampled(scores, 1, draw());
      counts[token] = (counts[token] ?? 0) + 1;
    }
    expect(counts[2]).toBe(0);
    [1 / 8, 2 / 8, 0, 5 / 8].forEach((share, token) => {
      expect((counts[token] ?? 0) / 40_000).toBeCloseTo(share, 1);
    });
  });

  it('comes near the likeliest token at low temperature, and takes the last possible one at the end of the range', () => {
    expect(sampled(scores, 0.01, 0.5)).toBe(likeliest(scores));
    expect(sampled(scores, 1, 0)).toBe(0);
    expect(sampled(scores, 1, 1 - 2 ** -32)).toBe(3);
  });
});
