import { describe, expect, it } from 'vitest';
import { tTwoSided } from '../../../../domain/evaluation/statistics/student-t.ts';

describe('Student’s t of small values', () => {
  // scipy.stats.t.sf, twice; of one degree of freedom 1 - 2 atan(t) / pi, where SciPy itself says 1.
  it.each([
    [1e-8, 4, 0.9999999925],
    [1e-9, 1, 0.9999999993633802],
    [1e-6, 30, 0.9999992087356302],
    [0, 5, 1],
  ])('P(|T| >= %f) of %i degrees of freedom', (t, df, p) => {
    expect(Math.abs(tTwoSided(t, df) - p)).toBeLessThan(1e-12);
  });
});
