import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSplits } from '../../../domain/cases/splits.ts';
import { makeCase } from '../../support/cases.ts';

const ratio = { train: 6, validation: 2, test: 2 };
const settings = { seed: 3, ratio, groupBy: 'patient' } as const;
const drawn = fc.array(fc.tuple(fc.constantFrom('melanoma', 'hemangioma', 'basal cell carcinoma'), fc.nat(25)), {
  minLength: 1,
  maxLength: 80,
});
const toCases = (rows: [string, number][]) => rows.map(([d, group], i) => makeCase(`c${i}`, d, { group: `p${group}` }));

describe('assignSplits', () => {
  it('never puts a patient on two sides', () => {
    fc.assert(
      fc.property(drawn, fc.nat(), (rows, seed) => {
        const sides = Map.groupBy(assignSplits(toCases(rows), { ...settings, seed }), (c) => c.group);
        for (const group of sides.values()) expect(new Set(group.map((c) => c.split)).size).toBe(1);
      }),
    );
  });

  it('does not depend on the order of the cases', () => {
    fc.assert(
      fc.property(drawn, (rows) => {
        const sides = (list: ReturnType<typeof toCases>) =>
          new Map(assignSplits(list, settings).map((c) => [c.id, c.split]));
        const cases = toCases(rows);
        expect([...sides(cases.toReversed())].toSorted()).toEqual([...sides(cases)].toSorted());
      }),
    );
  });

  it('keeps the ratio', () => {
    const cases = Array.from({ length: 500 }, (_, i) =>
      makeCase(`c${i}`, i % 2 ? 'melanoma' : 'hemangioma', { group: `p${i >> 1}` }),
    );
    const counts = Object.fromEntries(
      [...Map.groupBy(assignSplits(cases, settings), (c) => c.split)].map(([s, l]) => [s, l.length]),
    );
    expect(counts.train).toBeGreaterThan(290);
    expect(counts.train).toBeLessThan(310);
    expect(Number(counts.test)).toBeGreaterThan(90);
  });

  it('keeps official splits and carves validation from train where it is missing', () => {
    const cases = Array.from({ length: 40 }, (_, i) =>
      makeCase(`c${i}`, 'melanoma', { officialSplit: i < 30 ? 'train' : 'test' }),
    );
    const result = assignSplits(cases, settings);
    expect(result.slice(30).every((c) => c.split === 'test')).toBe(true);
    expect(result.filter((c) => c.split === 'validation').length).toBeGreaterThanOrEqual(6);
    const whole = cases.map((c, i) => makeCase(c.id, 'melanoma', { officialSplit: i < 5 ? 'validation' : 'train' }));
    expect(assignSplits(whole, settings).map((c) => c.split)).toEqual(whole.map((c) => c.officialSplit));
  });
});
