import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePaired } from '../../../domain/evaluation/paired.ts';

const outcomes = (marks: string) =>
  [...marks].map((mark, i) => ({ id: `q${i}`, group: `p${i >> 1}`, correct: mark === '1' }));

describe('comparePaired', () => {
  it('counts discordant pairs by id, whatever their order', () => {
    const first = outcomes('11110000');
    const second = outcomes('11011110').toReversed();
    const result = comparePaired(first, second);
    expect(result).toMatchObject({ items: 8, difference: 2 / 8, onlyFirst: 1, onlySecond: 3, p: (2 * (1 + 4)) / 16 });
    expect(result.low).toBeLessThanOrEqual(0.25);
    expect(result.high).toBeGreaterThanOrEqual(0.25);
  });

  it('uses the questions that both answered', () => {
    expect(comparePaired(outcomes('1111'), outcomes('11110000')).items).toBe(4);
  });

  it('refuses two evaluations of different questions', () => {
    const other = outcomes('11').map((o) => ({ ...o, id: `x${o.id}` }));
    expect(() => comparePaired(outcomes('11'), other)).toThrow('share no question');
  });

  it('turns its sign with the order of the models', () => {
    const marks = fc.string({ unit: fc.constantFrom('0', '1'), minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(marks, marks, (a, b) => {
        const there = comparePaired(outcomes(a), outcomes(b));
        const back = comparePaired(outcomes(b), outcomes(a));
        expect(there.difference).toBeCloseTo(-back.difference, 12);
        expect(there.p).toBe(back.p);
        expect(there.low).toBeCloseTo(-back.high, 12);
      }),
    );
  });
});
