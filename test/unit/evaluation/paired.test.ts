import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaired, mcnemarExact } from '../../../domain/evaluation/paired.ts';
import { createRandom } from '../../../domain/random.ts';

const outcomes = (marks: string) =>
  [...marks].map((mark, i) => ({ id: `q${i}`, group: `p${i >> 1}`, correct: mark === '1' }));

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

describe('comparePaired', () => {
  it('counts discordant pairs by id, whatever their order', () => {
    const first = outcomes('11110000');
    const second = outcomes('11011110').toReversed();
    const result = comparePaired(first, second, createRandom(1));
    expect(result).toMatchObject({ items: 8, difference: 2 / 8, onlyFirst: 1, onlySecond: 3, p: (2 * (1 + 4)) / 16 });
    expect(result.low).toBeLessThanOrEqual(0.25);
    expect(result.high).toBeGreaterThanOrEqual(0.25);
  });

  it('uses the questions that both answered', () => {
    expect(comparePaired(outcomes('1111'), outcomes('11110000'), createRandom(1)).items).toBe(4);
  });

  it('refuses two evaluations of different questions', () => {
    const other = outcomes('11').map((o) => ({ ...o, id: `x${o.id}` }));
    expect(() => comparePaired(outcomes('11'), other, createRandom(1))).toThrow('share no question');
  });

  it('turns its sign with the order of the models', () => {
    const marks = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(marks, marks, (a, b) => {
        const there = comparePaired(outcomes(a), outcomes(b), createRandom(1));
        const back = comparePaired(outcomes(b), outcomes(a), createRandom(1));
        expect(there.difference).toBeCloseTo(-back.difference, 12);
        expect(there.p).toBe(back.p);
        expect(there.low).toBeCloseTo(-back.high, 12);
      }),
    );
  });
});
