import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grouped } from '../../../domain/grouped.ts';
import { percent, percentRange, points, pointsRange, pValue } from '../../../domain/report/words.ts';

describe('numbers in words', () => {
  it.each([
    [percent(0.897), '89.7 %'],
    [percent(1), '100.0 %'],
    [percentRange({ low: 0.862, high: 0.933 }), '86.2 to 93.3 %'],
    [points(0.138), '+13.8'],
    [points(-0.0041), '−0.4'],
    [points(-0.0004), '0.0'],
    [pointsRange({ low: -0.02, high: 0.182 }), '−2.0 to +18.2'],
    [pValue(0), 'p < 0.001'],
    [pValue(0.001), 'p = 0.001'],
    [pValue(0.0416), 'p = 0.042'],
    [pValue(1), 'p = 1'],
    [grouped(0), '0'],
    [grouped(999), '999'],
    [grouped(1600), '1,600'],
    [grouped(200_704), '200,704'],
    [grouped(12_345_678), '12,345,678'],
  ])('%s', (written, expected) => expect(written).toBe(expected));

  it('loses no digit of a count', () => {
    fc.assert(fc.property(fc.nat(), (count) => Number(grouped(count).replaceAll(',', '')) === count));
  });

  it('signs a difference as it is', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (share) => {
        const read = Number(points(share).replace('−', '-'));
        return Math.abs(read - 100 * share) <= 0.0501;
      }),
    );
  });
});
