import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOf, repeatability } from '../../../domain/evaluation/agreement.ts';

const pair = (group: string, judge: number, person: number) => ({ group, judge, person });

describe('agreement of a judge with people', () => {
  it('is a hand-worked example’s', () => {
    const found = agreementOf([pair('a', 4, 5), pair('b', 3, 3), pair('c', 2, 1), pair('d', 5, 4.5)]);
    expect(found).toMatchObject({ items: 4, groups: 4 });
    expect(found.deviation.value).toBeCloseTo((1 + 0 + 1 + 0.5) / 4, 12);
    expect(found.bias.value).toBeCloseTo((-1 + 0 + 1 + 0.5) / 4, 12);
    // sxy 6.125 - 0 ..., by the deviations from 3.5 and 3.375
    const [x, y] = [
      [0.5, -0.5, -1.5, 1.5],
      [1.625, -0.375, -2.375, 1.125],
    ];
    const dot = (a: readonly number[] = [], b: readonly number[] = []): number =>
      a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
    expect(found.correlation?.value).toBeCloseTo(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)), 12);
  });

  it('has intervals that hold their values and lie in what is possible', () => {
    const score = fc.integer({ min: 0, max: 50 }).map((n) => n / 10);
    const pairs = fc.array(
      fc.record({ group: fc.constantFrom('a', 'b', 'c', 'd', 'e'), judge: score, person: score }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(pairs, (given) => {
        const { deviation, bias, correlation } = agreementOf(given);
        const holds = (
          { value, low, high }: { value: number; low: number; high: number },
          least: number,
          most: number,
        ) => low >= least - 1e-9 && low <= value + 1e-9 && value <= high + 1e-9 && high <= most + 1e-9;
        expect(holds(deviation, 0, 5)).toBe(true);
        expect(holds(bias, -5, 5)).toBe(true);
        if (correlation) expect(holds(correlation, -1, 1)).toBe(true);
      }),
    );
  });

  it('has no correlation without spread, and tells nothing of it by few patients', () => {
    expect(agreementOf([pair('a', 4, 3), pair('b', 4, 5), pair('c', 4, 1)]).correlation).toBeNull();
    expect(agreementOf([pair('a', 4, 3), pair('a', 3, 2), pair('b', 1, 1)]).correlation).toMatchObject({
      low: -1,
      high: 1,
    });
    expect(() => agreementOf([])).toThrow(RangeError);
  });

  it('has none with a rater who always says the same, however many items', () => {
    const constant = Array.from({ length: 4500 }, (_, i) => pair(`p${i}`, 1.9, (i % 26) / 5));
    expect(agreementOf(constant).correlation).toBeNull();
    // Without the one patient who differs nothing is known, so the interval is all that is possible.
    const but = [pair('first', 3, 0), ...constant];
    expect(agreementOf(but).correlation).toMatchObject({ low: -1, high: 1 });
  });

  it('has an interval that holds a correlation of 1 and of -1', () => {
    const rising = [1, 2, 3, 4].map((score) => pair(`p${score}`, score, score));
    expect(agreementOf(rising).correlation).toMatchObject({ value: 1, high: 1 });
    const falling = [1, 2, 3, 4].map((score) => pair(`p${score}`, score, 5 - score));
    expect(agreementOf(falling).correlation).toMatchObject({ value: -1, low: -1 });
  });

  it('has a wider interval where texts of one patient go together', () => {
    const apart = Array.from({ length: 24 }, (_, i) => pair(`p${i}`, (i * 7) % 6, (i * 7 + (i % 3)) % 6));
    const together = apart.map((each, i) => ({ ...each, group: `p${i % 6}` }));
    const width = (pairs: typeof apart): number => {
      const { correlation } = agreementOf(pairs);
      return (correlation?.high ?? 0) - (correlation?.low ?? 0);
    };
    expect(width(together)).toBeGreaterThan(0);
    expect(width(apart)).toBeGreaterThan(0);
    expect(agreementOf(apart).correlation?.value).toBe(agreementOf(together).correlation?.value);
  });
});

describe('repeatability', () => {
  it('is the pooled deviation of texts that were judged several times', () => {
    // Variances 0.5 (4, 5) and 0 (3, 3, 3): (0.5 + 0) / (1 + 2).
    expect(repeatability([[4, 5], [3, 3, 3], [1]])).toBeCloseTo(Math.sqrt(0.5 / 3), 12);
    expect(repeatability([[4], [3], []])).toBeNull();
  });
});
