import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, type Split, splits } from '../../../domain/cases/case.ts';
import { makeCase } from '../../support/cases.ts';
import { assignSplits } from '../../support/preparation.ts';

const ratio = { train: 6, validation: 2, test: 2 };
const settings = { seed: 3, ratio, groupBy: 'patient' } as const;

/** Rows of mixed diagnoses, groups and sets; some sets have official splits, whole or in part. */
const drawnCases = fc
  .array(
    fc.record({
      diagnosis: fc.constantFrom('melanoma', 'hemangioma', 'basal cell carcinoma'),
      group: fc.nat(25),
      source: fc.constantFrom('free', 'other'),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((rows) => rows.map((r, i) => makeCase(`c${i}`, r.diagnosis, { group: `p${r.group}`, source: r.source })));

const official = fc
  .array(fc.tuple(fc.constantFrom(...splits), fc.nat(25)), { maxLength: 40 })
  .map((rows) =>
    rows.map(([officialSplit, group], i) =>
      makeCase(`o${i}`, 'melanoma', { group: `p${group}`, source: 'official', officialSplit }),
    ),
  );

const sidesById = (cases: readonly Case[]) => new Map(cases.map((c) => [c.id, c.split]));
const countBySplit = (cases: readonly Case[]) =>
  Object.fromEntries(splits.map((split) => [split, cases.filter((c) => c.split === split).length]));

describe('assignSplits', () => {
  it('never puts a patient on two sides, whatever the diagnoses and sets', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, fc.nat(), async (cases, seed) => {
        const sides = Map.groupBy(await assignSplits(cases, { ...settings, seed }), (c) => c.group);
        for (const group of sides.values()) expect(new Set(group.map((c) => c.split)).size).toBe(1);
      }),
    );
  });

  it('puts no patient whom a set tests on officially into the training of another set', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, official, async (cases, fixed) => {
        const assigned = await assignSplits([...cases, ...fixed], settings);
        if (!['train', 'test'].every((side) => fixed.some((c) => c.officialSplit === side))) return;
        const tested = new Set(fixed.filter((c) => c.officialSplit === 'test').map((c) => c.group));
        const trained = assigned.filter((c) => c.source !== 'official' && c.split !== 'test');
        expect(trained.filter((c) => tested.has(c.group))).toEqual([]);
      }),
    );
  });

  it('depends on the cases and the seed, not on the order', async () => {
    await fc.assert(
      fc.asyncProperty(drawnCases, official, fc.nat(), async (cases, fixed, seed) => {
        const all = [...cases, ...fixed];
        const sides = async (list: Case[]) =>
          [...sidesById(await assignSplits(list, { ...settings, seed }))].toSorted();
        expect(await sides(all.toReversed())).toEqual(await sides(all));
      }),
    );
    const many = Array.from({ length: 60 }, (_, i) => makeCase(`c${i}`, 'melanoma'));
    expect(sidesById(await assignSplits(many, settings))).not.toEqual(
      sidesById(await assignSplits(many, { ...settings, seed: 4 })),
    );
  });

  it('keeps the ratio in each diagnosis to within the largest group', async () => {
    const diagnosis = fc.constantFrom('melanoma', 'hemangioma');
    const groups = fc.array(fc.tuple(diagnosis, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(groups, fc.nat(), async (drawn, seed) => {
        const cases = drawn.flatMap(([name, size], g) =>
          Array.from({ length: size }, (_, i) => makeCase(`c${g}/${i}`, name, { group: `p${g}` })),
        );
        for (const same of Map.groupBy(await assignSplits(cases, { ...settings, seed }), (c) => c.diagnosis).values()) {
          for (const [split, count] of Object.entries(countBySplit(same))) {
            const share = (same.length * ratio[split as Split]) / 10; // keys of countBySplit are splits
            expect(Math.abs(count - share)).toBeLessThanOrEqual(4);
          }
        }
      }),
    );
  });

  it('keeps the ratio of a set of many rare diagnoses', async () => {
    const names = ['melanoma', 'hemangioma', 'dermatofibroma', 'angiokeratoma', 'blue nevus', 'spitz nevus'];
    const pairs = names.flatMap((name) => [0, 1].map((i) => makeCase(`${name}/${i}`, name)));
    const counts = countBySplit(await assignSplits(pairs, settings));
    expect(counts).toEqual({ train: 6, validation: 3, test: 3 });
  });

  it('splits image by image on request', async () => {
    const cases = Array.from({ length: 100 }, (_, i) => makeCase(`c${i}`, 'melanoma', { group: 'one patient' }));
    const counts = countBySplit(await assignSplits(cases, { ...settings, groupBy: 'image' }));
    expect(counts).toEqual({ train: 60, validation: 20, test: 20 });
  });

  it('keeps official splits and carves validation, by patient, out of train where it is missing', async () => {
    const cases = Array.from({ length: 40 }, (_, i) =>
      makeCase(`c${i}`, 'melanoma', { officialSplit: i < 30 ? 'train' : 'test', group: `p${i >> 1}` }),
    );
    const assigned = await assignSplits(cases, settings);
    expect(assigned.slice(30).every((c) => c.split === 'test')).toBe(true);
    expect(assigned.filter((c) => c.split === 'validation').length).toBeGreaterThanOrEqual(6);
    for (const pair of Map.groupBy(assigned, (c) => c.group).values())
      expect(new Set(pair.map((c) => c.split)).size).toBe(1);
    const whole = cases.map((c, i) => ({ ...c, group: c.id, officialSplit: splits[i % 3] ?? 'train' }));
    expect((await assignSplits(whole, settings)).map((c) => c.split)).toEqual(whole.map((c) => c.officialSplit));
  });

  it('deals a set whose official splits lack train or test', async () => {
    const cases = Array.from({ length: 50 }, (_, i) => makeCase(`c${i}`, 'melanoma', { officialSplit: 'train' }));
    expect(countBySplit(await assignSplits(cases, settings))).toEqual({ train: 30, validation: 10, test: 10 });
  });

  it('gives these cases these splits on any machine', async () => {
    const cases = ['ä', 'Z', 'a', 'é', '中', '_', 'B'].map((id) => makeCase(id, 'melanoma'));
    expect(Object.fromEntries(sidesById(await assignSplits(cases, settings)))).toMatchInlineSnapshot(`
      {
        "B": "validation",
        "Z": "validation",
        "_": "train",
        "a": "train",
        "ä": "train",
        "é": "train",
        "中": "test",
      }
    `);
  });
});
