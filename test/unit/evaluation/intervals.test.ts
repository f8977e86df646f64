import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accuracyInterval,
  clusterBootstrap,
  groupedInterval,
  quantile,
  wilsonInterval,
} from '../../../domain/evaluation/intervals.ts';
import { createRandom } from '../../../domain/random.ts';

describe('wilsonInterval', () => {
  // By hand: the roots of (n + z^2) p^2 - (2 k + z^2) p + k^2 / n = 0; for k = 0 the larger is z^2 / (n + z^2).
  it.each([
    { successes: 81, trials: 160, low: 0.429549, high: 0.582658 },
    { successes: 0, trials: 10, low: 0, high: 0.277533 },
    { successes: 10, trials: 10, low: 0.722467, high: 1 },
    { successes: 0, trials: 0, low: 0, high: 1 },
  ])('$successes of $trials', ({ successes, trials, low, high }) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval.low).toBeCloseTo(low, 5);
    expect(interval.high).toBeCloseTo(high, 5);
  });

  it('holds the share and stays within [0, 1]', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (a, b) => {
        const { low, high } = wilsonInterval(Math.min(a, b), Math.max(a, b, 1));
        const share = Math.min(a, b) / Math.max(a, b, 1);
        return low >= 0 && high <= 1 && low <= share + 1e-12 && share <= high + 1e-12;
      }),
    );
  });
});

describe('clusterBootstrap', () => {
  const independent = Array.from({ length: 200 }, (_, i) => ({ group: `g${i}`, value: i % 2 }));

  it('agrees with the normal interval for independent items', () => {
    const { low, high } = clusterBootstrap(independent, createRandom(1), 5000);
    // 0.5 -+ 1.96 * sqrt(0.25 / 200)
    expect(low).toBeCloseTo(0.4307, 1);
    expect(high).toBeCloseTo(0.5693, 1);
    expect(high - low).toBeGreaterThan(0.12);
    expect(high - low).toBeLessThan(0.155);
  });

  it('is wider where items of a group go together', () => {
    const together = independent.map(({ value }, i) => ({ group: `${value}-${Math.floor(i / 20)}`, value }));
    const width = ({ low, high }: { low: number; high: number }): number => high - low;
    expect(width(clusterBootstrap(together, createRandom(1)))).toBeGreaterThan(
      2 * width(clusterBootstrap(independent, createRandom(1))),
    );
  });

  it('repeats itself for a seed and differs between seeds', () => {
    expect(clusterBootstrap(independent, createRandom(3))).toEqual(clusterBootstrap(independent, createRandom(3)));
    expect(clusterBootstrap(independent, createRandom(3), 50)).not.toEqual(
      clusterBootstrap(independent, createRandom(4), 50),
    );
  });

  it('refuses an empty list', () => {
    expect(() => clusterBootstrap([], createRandom(1))).toThrow('at least one value');
  });

  it('stays within the range of the values', () => {
    const values = fc.array(
      fc.record({ group: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.integer({ min: -1, max: 1 }) }),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(values, fc.nat(), (list, seed) => {
        const { low, high } = clusterBootstrap(list, createRandom(seed), 100);
        return -1 <= low && low <= high && high <= 1;
      }),
    );
  });
});

describe('accuracyInterval', () => {
  const outcomes = (correct: boolean) => ['a', 'a', 'b', 'c'].map((group, i) => ({ id: `${i}`, group, correct }));

  it('is the Wilson interval of the groups where every item is right, or wrong', () => {
    for (const [correct, wilson] of [
      [true, wilsonInterval(3, 3)],
      [false, wilsonInterval(0, 3)],
    ] as const) {
      const { low, high } = accuracyInterval(outcomes(correct), createRandom(1));
      expect(low).toBeCloseTo(wilson.low, 12);
      expect(high).toBeCloseTo(wilson.high, 12);
    }
  });

  it('is that of whole groups where they differ', () => {
    const mixed = [...outcomes(true), { id: 'x', group: 'd', correct: false }];
    const values = mixed.map(({ group, correct }) => ({ group, value: correct ? 1 : 0 }));
    expect(accuracyInterval(mixed, createRandom(1))).toEqual(clusterBootstrap(values, createRandom(1)));
  });
});

describe('groupedInterval', () => {
  const range = { least: -1, most: 1 };
  const groups = (count: number, values: readonly number[]) =>
    Array.from({ length: count }, (_, i) => values.map((value) => ({ group: `g${i}`, value }))).flat();
  const width = (count: number, values: readonly number[]): number => {
    const { low, high } = groupedInterval(groups(count, values), range, createRandom(1));
    return high - low;
  };

  it('claims little of one group, however many items it has', () => {
    const { low, high } = groupedInterval(groups(1, new Array(500).fill(1)), range, createRandom(1));
    expect(low).toBeLessThan(0);
    expect(high).toBe(1);
    expect(width(1, [0, 1, 1, 0])).toBeGreaterThan(1);
  });

  it('narrows with the groups where all agree, and keeps to what is possible', () => {
    for (const values of [[0], [0, 1], [1], [-1, 0, 0]]) {
      const widths = [1, 2, 10, 100].map((count) => width(count, values));
      expect(widths).toEqual(widths.toSorted((a, b) => b - a));
      expect(widths.at(-1)).toBeLessThan(0.1);
      expect(widths[0]).toBeLessThanOrEqual(2);
    }
  });
});

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 0)).toBe(1);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  });
});
