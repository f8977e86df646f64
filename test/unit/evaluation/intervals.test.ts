import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyInterval } from '../../../domain/evaluation/intervals.ts';
import { wilson } from '../../../domain/evaluation/statistics/clustered.ts';

/** 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

describe('wilson', () => {
  // By hand: the roots of (n + z^2) p^2 - (2 k + z^2) p + k^2 / n = 0; for k = 0 the larger is z^2 / (n + z^2).
  it.each([
    { successes: 81, trials: 160, low: 0.429549, high: 0.582658 },
    { successes: 0, trials: 10, low: 0, high: 0.277533 },
    { successes: 10, trials: 10, low: 0.722467, high: 1 },
  ])('$successes of $trials', ({ successes, trials, low, high }) => {
    const interval = wilson(successes / trials, trials, z);
    expect(interval.low).toBeCloseTo(low, 5);
    expect(interval.high).toBeCloseTo(high, 5);
  });

  it('holds the share and stays within [0, 1]', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (a, b) => {
        const share = Math.min(a, b) / Math.max(a, b, 1);
        const { low, high } = wilson(share, Math.max(a, b, 1), z);
        return low >= 0 && high <= 1 && low <= share + 1e-12 && share <= high + 1e-12;
      }),
    );
  });
});

describe('accuracyInterval', () => {
  const outcomes = (correct: boolean) => ['a', 'a', 'b', 'c'].map((group, i) => ({ id: `${i}`, group, correct }));

  it('is all that is possible without items, and with those of one patient', () => {
    expect(accuracyInterval([])).toEqual({ low: 0, high: 1 });
    expect(accuracyInterval(outcomes(true).map((o) => ({ ...o, group: 'a' })))).toEqual({ low: 0, high: 1 });
  });

  it('allows for patients that were not seen where all items are right, or wrong', () => {
    const [right, wrong] = [accuracyInterval(outcomes(true)), accuracyInterval(outcomes(false))];
    expect(right.high).toBe(1);
    expect(right.low).toBeLessThan(wilson(1, 3, z).low);
    expect(wrong.low).toBe(0);
    expect(wrong.high).toBeCloseTo(1 - right.low, 12);
  });
});
