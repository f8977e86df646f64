import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteredInterval, clusteredMean } from '../../../../domain/evaluation/statistics/clustered.ts';

const shares = { least: 0, most: 1 };
const differences = { least: -1, most: 1 };
const groups = (count: number, values: readonly number[]) =>
  Array.from({ length: count }, (_, i) => values.map((value) => ({ group: `g${i}`, value }))).flat();
const width = (values: Parameters<typeof clusteredInterval>[0], bounds = shares): number => {
  const { low, high } = clusteredInterval(values, bounds);
  return high - low;
};
const anyValues = (values: readonly number[]) =>
  fc.array(fc.record({ group: fc.constantFrom(...'abcdefgh'), value: fc.constantFrom(...values) }), { minLength: 1 });

describe('clusteredMean', () => {
  it('of groups of one item is the mean with its usual standard error', () => {
    const values = [0, 1, 1, 0, 1].map((value, i) => ({ group: `${i}`, value }));
    const { mean, standardError, df } = clusteredMean(values);
    expect(mean).toBeCloseTo(0.6, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(0.3 / 5), 12); // the sample variance over n
    expect(df).toBeCloseTo(4, 12);
  });

  it('of groups of equal size has their number less one as degrees of freedom, and fewer where sizes differ', () => {
    expect(clusteredMean(groups(8, [0, 1, 1])).df).toBeCloseTo(7, 10);
    const uneven = [...groups(7, [0]), ...Array.from({ length: 40 }, () => ({ group: 'large', value: 1 }))];
    expect(clusteredMean(uneven).df).toBeLessThan(3);
  });

  it('of one group has no standard error', () => {
    expect(clusteredMean(groups(1, [0, 1]))).toMatchObject({ standardError: Number.POSITIVE_INFINITY, groups: 1 });
  });

  it('refuses an empty list', () => {
    expect(() => clusteredMean([])).toThrow('at least one value');
  });
});

describe('clusteredInterval', () => {
  it('holds the mean, keeps to what is possible, and never has zero width', () => {
    for (const [values, bounds] of [
      [[0, 1], shares],
      [[0, 0.25, 0.5, 1], shares],
      [[-1, 0, 1], differences],
    ] as const) {
      fc.assert(
        fc.property(anyValues(values), (list) => {
          const { low, high } = clusteredInterval(list, bounds);
          const mean = list.reduce((sum, { value }) => sum + value, 0) / list.length;
          expect(low).toBeGreaterThanOrEqual(bounds.least);
          expect(high).toBeLessThanOrEqual(bounds.most);
          expect(low).toBeLessThanOrEqual(mean + 1e-12);
          expect(high).toBeGreaterThanOrEqual(mean - 1e-12);
          expect(high - low).toBeGreaterThan(1e-3);
        }),
        { numRuns: 500 },
      );
    }
  });

  it('turns with the values', () => {
    fc.assert(
      fc.property(anyValues([0, 1]), (list) => {
        const there = clusteredInterval(list, shares);
        const back = clusteredInterval(
          list.map(({ group, value }) => ({ group, value: 1 - value })),
          shares,
        );
        expect(there.low).toBeCloseTo(1 - back.high, 10);
        expect(there.high).toBeCloseTo(1 - back.low, 10);
      }),
    );
  });

  it('does not depend on the order of the items', () => {
    fc.assert(
      fc.property(anyValues([0, 1]), (list) => {
        const [there, back] = [clusteredInterval(list, shares), clusteredInterval(list.toReversed(), shares)];
        expect(there.low).toBeCloseTo(back.low, 10);
        expect(there.high).toBeCloseTo(back.high, 10);
      }),
    );
  });

  it('is wider where items of a group go together', () => {
    const independent = groups(40, [0, 1, 0, 1]);
    const together = [
      ...groups(20, [0, 0, 0, 0]),
      ...groups(20, [1, 1, 1, 1]).map((v) => ({ ...v, group: `h${v.group}` })),
    ];
    expect(width(together)).toBeGreaterThan(1.8 * width(independent));
  });

  it('claims little of one group, however many items it has', () => {
    expect(width(groups(1, new Array(500).fill(1)))).toBe(1);
    expect(width(groups(1, [0, 1, 1, 0]), differences)).toBe(2);
  });

  it('narrows with the groups where all agree', () => {
    for (const values of [[0], [0, 1], [1], [-1, 0, 0]]) {
      const widths = [2, 10, 100, 1000].map((count) => width(groups(count, values), differences));
      expect(widths).toEqual(widths.toSorted((a, b) => b - a));
      expect(widths.at(-1)).toBeLessThan(0.1);
    }
  });

  it('is wider for more confidence', () => {
    const values = groups(9, [0, 1, 1]).map((own, i) => ({ ...own, value: Number(i % 4 > 0) }));
    const of = (confidence: number): number => {
      const { low, high } = clusteredInterval(values, shares, confidence);
      return high - low;
    };
    expect(of(0.8)).toBeLessThan(of(0.95));
    expect(of(0.95)).toBeLessThan(of(0.99));
  });
});
