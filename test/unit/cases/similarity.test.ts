import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostSimilar, unit } from '../../../domain/cases/similarity.ts';

const value = fc.float({ min: -10, max: 10, noNaN: true });
const embedding = fc
  .array(value, { minLength: 4, maxLength: 4 })
  .filter((values) => values.some((each) => Math.abs(each) > 1e-3))
  .map((values) => unit(Float32Array.from(values)));

describe('mostSimilar', () => {
  it('finds an embedding among others, with a cosine of 1', () => {
    fc.assert(
      fc.property(fc.array(embedding, { maxLength: 10 }), embedding, (others, wanted) => {
        const found = mostSimilar(wanted, [...others, wanted], 0.9);
        expect(found?.cosine).toBeCloseTo(1, 5);
      }),
    );
  });

  it('gives the best, and none below the threshold', () => {
    fc.assert(
      fc.property(
        fc.array(embedding, { maxLength: 10 }),
        embedding,
        fc.float({ min: 0, max: 1, noNaN: true }),
        (all, wanted, least) => {
          const cosines = all.map((other) => other.reduce((sum, each, i) => sum + each * (wanted[i] ?? 0), 0));
          const best = Math.max(-1, ...cosines);
          const found = mostSimilar(wanted, all, least);
          if (Math.abs(best - least) > 1e-6) expect(found !== null).toBe(best > least);
          if (found) expect(found.cosine).toBeCloseTo(best, 5);
        },
      ),
    );
  });

  it('takes a picture without any signal for similar to none', () => {
    expect(mostSimilar(unit(new Float32Array(4)), [unit(Float32Array.of(1, 0, 0, 0))], 0.5)).toBeNull();
  });
});
