import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupSignTest, holm, mcnemarExact } from '../../../../domain/evaluation/statistics/mcnemar.ts';

describe('mcnemarExact', () => {
  it.each([
    { b: 0, c: 0, p: 1 },
    { b: 3, c: 3, p: 1 },
    { b: 0, c: 5, p: 2 / 32 },
    { b: 1, c: 5, p: (2 * (1 + 6)) / 64 },
    { b: 2, c: 8, p: (2 * (1 + 10 + 45)) / 1024 },
  ])('$b against $c', ({ b, c, p }) => {
    expect(mcnemarExact(b, c)).toBeCloseTo(p, 12);
  });

  it('is symmetric, in [0, 1], and defined for thousands of pairs', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (b, c) => {
        const p = mcnemarExact(b, c);
        return p === mcnemarExact(c, b) && p >= 0 && p <= 1 && !Number.isNaN(p);
      }),
    );
    // In integers: 2 * sum of C(2100, k) for k up to 1,000, over 2^2100.
    expect(mcnemarExact(1000, 1100)).toBeCloseTo(0.030720707864, 9);
  });

  it('falls as the imbalance grows', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), (c) => mcnemarExact(0, c + 1) < mcnemarExact(0, c)));
  });
});

/** Differences of groups of one item each: `b` that only the first got right, `c` that only the second did. */
const pairs = (b: number, c: number, same = 0): number[] => [
  ...new Array(b).fill(-1),
  ...new Array(c).fill(1),
  ...new Array(same).fill(0),
];

describe('groupSignTest', () => {
  const differences = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 12 });

  it('is the share of all signs whose sum is as large', () => {
    fc.assert(
      fc.property(differences, (list) => {
        fc.pre(list.some((value) => value !== 0));
        const observed = Math.abs(list.reduce((sum, value) => sum + value, 0));
        let as = 0;
        let beyond = 0;
        for (let signs = 0; signs < 2 ** list.length; signs += 1) {
          const sum = Math.abs(list.reduce((total, value, i) => total + (signs & (1 << i) ? value : -value), 0));
          as += Number(sum === observed);
          beyond += Number(sum > observed);
        }
        const { p, midP } = groupSignTest(list);
        expect(p).toBeCloseTo((as + beyond) / 2 ** list.length, 12);
        expect(midP).toBeCloseTo((as / 2 + beyond) / 2 ** list.length, 12);
      }),
    );
  });

  it('with one item per group is McNemar’s exact test', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(9), (b, c, same) => {
        const { p, midP } = groupSignTest(pairs(b, c, same));
        expect(p).toBeCloseTo(mcnemarExact(b, c), 12);
        expect(midP).toBeLessThanOrEqual(p);
      }),
    );
  });

  it.each([
    { b: 0, c: 5, midP: 1 / 32 },
    { b: 1, c: 5, midP: (2 * (1 + 6) - 6) / 64 },
    { b: 2, c: 2, midP: 1 - 6 / 32 },
  ])('with one item per group has McNemar’s mid-p: $b against $c', ({ b, c, midP }) => {
    expect(groupSignTest(pairs(b, c)).midP).toBeCloseTo(midP, 12);
  });

  it('says which p so few groups can give at all', () => {
    expect(groupSignTest([9, 9, 9, 9, 9])).toMatchObject({ p: 2 / 32, least: 2 / 32 });
    expect(groupSignTest([0, 0])).toEqual({ p: 1, midP: 1, least: 1 });
  });

  it('takes items of one patient for one', () => {
    expect(groupSignTest([30]).p).toBe(1);
    expect(mcnemarExact(0, 30)).toBeLessThan(1e-8);
  });

  it('is quick for thousands of groups, and refuses what are no counts', () => {
    const many = Array.from({ length: 3000 }, (_, i) => (i % 5) - 2);
    expect(groupSignTest(many).p).toBeGreaterThan(0.9);
    expect(() => groupSignTest([0.5])).toThrow('counts of items');
  });
});

describe('holm', () => {
  it('multiplies the smallest by the number of tests, the next by one less, and never falls', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([])).toEqual([]);
    expect(holm([0.7, 0.9])).toEqual([1, 1]);
  });

  it('keeps the order of the tests, and is never below what it was', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
        const corrected = holm(ps);
        const pairs = ps.map((p, i) => [p, corrected[i] ?? -1] as const).toSorted(([a], [b]) => a - b);
        for (const [i, [p, after]] of pairs.entries()) {
          expect(after).toBeGreaterThanOrEqual(p);
          expect(after).toBeGreaterThanOrEqual(pairs[i - 1]?.[1] ?? 0);
        }
      }),
    );
  });
});
