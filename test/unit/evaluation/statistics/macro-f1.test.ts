import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macroF1 } from '../../../../domain/evaluation/metrics.ts';
import { macroF1Interval } from '../../../../domain/evaluation/statistics/macro-f1.ts';
import { createRandom } from '../../../../domain/random.ts';

const label = fc.constantFrom('nevus', 'melanoma', 'wart');
const predictions = fc.array(
  fc.record({ group: fc.constantFrom(...'abcdef'), expected: label, predicted: fc.option(label) }),
  { minLength: 1 },
);

describe('macroF1Interval', () => {
  it('holds the value, keeps to [0, 1], and never has zero width', () => {
    fc.assert(
      fc.property(predictions, (list) => {
        const { value, low, high } = macroF1Interval(list);
        expect(value).toBeCloseTo(macroF1(list), 12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(high - low).toBeGreaterThan(1e-3);
      }),
    );
  });

  it('counts the labels that occur: one that is only ever predicted is no class', () => {
    const list = [
      { group: 'a', expected: 'nevus', predicted: 'nevus' },
      { group: 'b', expected: 'nevus', predicted: 'wart' },
    ];
    expect(macroF1Interval(list).value).toBeCloseTo(2 / 3, 12);
  });

  it('holds the true value in most trials, also of few patients', () => {
    const random = createRandom('macro-f1');
    const drawn = (groups: number) =>
      Array.from({ length: groups }, (_, g) =>
        Array.from({ length: 6 }, () => {
          const expected = random.pick(['nevus', 'nevus', 'melanoma']);
          return {
            group: String(g),
            expected,
            predicted: random.float() < 0.75 ? expected : random.pick(['nevus', 'melanoma']),
          };
        }),
      ).flat();
    const truth = macroF1Interval(drawn(50_000)).value;
    for (const groups of [8, 30]) {
      const held = Array.from({ length: 500 }, () => macroF1Interval(drawn(groups))).filter(
        ({ low, high }) => low <= truth && truth <= high,
      ).length;
      expect(held / 500).toBeGreaterThan(0.9);
    }
  });
});
