import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJsonLines } from '../../../activities/json-lines.ts';
import { chooseNarratives } from '../../../activities/narratives/choose.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { byDimension, dimensionKeys, meanScore } from '../../../domain/dermeval/dimensions.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { chooseBest } from '../../../domain/narratives/choose.ts';
import type { Narrative, ScoredNarrative } from '../../../domain/narratives/narrative.ts';
import type { Certified, Review } from '../../../domain/reviews/review.ts';
import { testImage } from '../../support/cases.ts';
import { drawnHash } from '../../support/drawn-pictures.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { narrativeRecipe, storeRows } from '../../support/narratives.ts';
import { review } from '../../support/reviews.ts';

const narrative = (i: number, more: Partial<Narrative> = {}): Narrative => ({
  ...{ id: `c${i}#1`, caseId: `c${i}`, group: `p${i}`, source: 'test', look: drawnHash(i) },
  image: { ...testImage, sha256: String(i).padStart(64, '0') },
  ...{ diagnosis: 'melanoma', description: 'tan', rationale: 'because', text: `text ${i}` },
  ...more,
});
const scored = (id: string, score: number | null): ScoredNarrative => ({
  ...{ id, scores: byDimension(() => score), fault: null, text: null },
});
const certified = (i: number, part: Certified['part'], more: Partial<Certified> = {}): Certified => ({
  ...narrative(i),
  ...{ text: `certified ${i}`, scores: byDimension(() => 4), reviewers: ['a', 'b'], kind: 'person' },
  ...{ settled: false, at: '2026-01-01T00:00:00Z', part },
  ...more,
});

interface Given {
  narratives: Narrative[];
  scores?: ScoredNarrative[];
  people?: Certified[];
  reviews?: Review[];
  recipe?: ReturnType<typeof narrativeRecipe>;
}

async function choose({ narratives, scores, people, reviews = [], recipe }: Given) {
  const store = createMemoryStore();
  const own = scores ?? narratives.map(({ id }) => scored(id, 3));
  const stats = JSON.stringify({ by: 'drawn', words: 'drawings', pin: {} });
  const dermcot = await chooseNarratives(
    {
      recipe: recipe ?? narrativeRecipe({ validationShare: 0 }),
      narratives: await storeRows(store, 'narratives', { 'narratives.jsonl': toJsonLines(narratives) }),
      scores: await storeRows(store, 'scores', { 'scores.jsonl': toJsonLines(own), 'stats.json': stats }),
      certified: people
        ? await storeRows(store, 'certified', {
            'certified.jsonl': toJsonLines(people),
            'reviews.jsonl': toJsonLines(reviews),
          })
        : null,
    },
    { store, scratch: '/tmp' },
  );
  const { train, validation } = artifactFiles.dermcot;
  return {
    rows: await readJsonLines(store, dermcot, train.name, train.schema),
    held: await readJsonLines(store, dermcot, validation.name, validation.schema),
    facts: (await store.manifest(dermcot)).facts,
  };
}

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id).toSorted();
const ten = Array.from({ length: 10 }, (_, i) => narrative(i));

describe('the choice of narratives', () => {
  it('takes of each case the best candidate, then the best cases from the threshold on, ties by id', () => {
    const candidate = fc.record({
      caseId: fc.constantFrom('a', 'b', 'c', 'd'),
      mean: fc.option(fc.constantFrom(1, 2, 3, 3.5, 5), { nil: null }),
    });
    const keep = fc.record({
      threshold: fc.option(fc.constantFrom(0, 2, 3), { nil: null }),
      top: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
    });
    fc.assert(
      fc.property(fc.array(candidate), keep, fc.nat(), (list, settings, turn) => {
        const all = list.map((each, i) => ({ ...each, id: `${each.caseId}#${i}` }));
        const chosen = chooseBest(all, settings);
        const rotated = [...all.slice(turn % (all.length || 1)), ...all.slice(0, turn % (all.length || 1))];
        expect([...chooseBest(rotated, settings)]).toEqual([...chosen]);
        const best = [...Map.groupBy(all, ({ caseId }) => caseId).values()].flatMap((own) => {
          const known = own.filter(({ mean }) => mean !== null);
          const [first] = known.toSorted((a, b) => (b.mean ?? 0) - (a.mean ?? 0) || (a.id < b.id ? -1 : 1));
          return first && (first.mean ?? 0) >= (settings.threshold ?? 0) ? [first] : [];
        });
        const expected = best
          .toSorted((a, b) => (b.mean ?? 0) - (a.mean ?? 0) || (a.id < b.id ? -1 : 1))
          .slice(0, settings.top ?? best.length);
        expect([...chosen.keys()]).toEqual(expected.map(({ id }) => id));
      }),
    );
  });

  it('keeps a mean that is the threshold, and ties means that are equal, whatever they are the means of', () => {
    const tenths = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 6, maxLength: 6 });
    const meanOf = (scores: readonly number[]) =>
      meanScore(byDimension((key) => (scores[dimensionKeys.indexOf(key)] ?? 0) / 10));
    fc.assert(
      fc.property(tenths, fc.nat({ max: 5 }), (scores, turn) => {
        const rotated = [...scores.slice(turn), ...scores.slice(0, turn)];
        expect(meanOf(rotated)).toBe(meanOf(scores));
        const threshold = scores[0] ?? 0;
        const mean = meanOf(scores.map(() => threshold));
        const chosen = chooseBest([{ id: 'a#1', caseId: 'a', mean }], { threshold: threshold / 10, top: null });
        expect([...chosen.keys()]).toEqual(['a#1']);
      }),
    );
  });

  it('that leaves nothing to train on says why', async () => {
    const one = ten.map((each) => ({ ...each, group: 'p' }));
    const cases = [
      [{ narratives: one, recipe: narrativeRecipe({ validationShare: 0.5 }) }, /lower narratives\.validationShare/],
      [{ narratives: ten, people: ten.map((_, i) => certified(i, 'bench')) }, /lower certified\.cases/],
      [
        { narratives: ten, recipe: narrativeRecipe({ keep: { threshold: 4, top: null } }) },
        /lower narratives\.keep\.threshold/,
      ],
    ] as const;
    for (const [given, message] of cases) await expect(choose({ ...given })).rejects.toThrow(message);
  });

  it('makes rows with the profile’s prompt, and none of a narrative without all six scores', async () => {
    const recipe = narrativeRecipe({ validationShare: 0, keep: { threshold: 2, top: 5 } });
    const scores = ten.map(({ id }, i) => scored(id, i === 9 ? null : i / 2));
    const { rows, facts } = await choose({
      narratives: ten.map((n, i) => ({ ...n, skinTone: i % 3 })),
      scores,
      recipe,
    });
    expect(ids(rows)).toEqual(['c4#1', 'c5#1', 'c6#1', 'c7#1', 'c8#1']);
    expect(rows[0]).toEqual({
      ...{ id: 'c4#1', image: ten[4]?.image, prompt: 'Give a diagnosis. Answer as <thinking> <diagnosis>' },
      ...{ completion: 'text 4', diagnosis: 'melanoma', group: 'p4', skinTone: 1, mean: 2, origin: 'filtered' },
    });
    expect(facts).toEqual({ train: 5, validation: 0, certified: 0, filtered: 5, dropped: 5 });
    await expect(
      choose({ narratives: ten, recipe: narrativeRecipe({ keep: { threshold: 4, top: null } }) }),
    ).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('narratives.keep.threshold'),
    });
  });

  it('holds out whole patients for validation', async () => {
    const narratives = Array.from({ length: 40 }, (_, i) => narrative(i, { group: `p${i >> 2}` }));
    const { rows, held } = await choose({ narratives, recipe: narrativeRecipe({ validationShare: 0.2 }) });
    expect(held).toHaveLength(8);
    const groups = new Set(held.map(({ group }) => group));
    expect(groups.size).toBe(2);
    expect(rows.filter(({ group }) => groups.has(group))).toEqual([]);
  });
});

describe('certified narratives', () => {
  it('of the training part join as people left them; what they reviewed is not chosen beside', async () => {
    const people = [
      certified(0, 'train'),
      certified(1, 'train', { kind: 'script' }),
      certified(2, 'train', { scores: byDimension(() => 1) }),
      certified(3, 'bench'),
    ];
    const recipe = narrativeRecipe(
      { validationShare: 0 },
      { certified: { ...narrativeRecipe().certified, minMean: 2 } },
    );
    const { rows, facts } = await choose({ narratives: ten, people, recipe });
    const origins = Object.fromEntries(rows.map(({ id, origin, completion }) => [id, `${origin}: ${completion}`]));
    expect(origins).toMatchObject({
      'c0#1': 'certified: certified 0',
      'c1#1': 'scripted: certified 1',
      'c4#1': 'filtered: text 4',
    });
    expect(Object.keys(origins)).not.toContain('c2#1');
    expect(Object.keys(origins)).not.toContain('c3#1');
    expect(facts).toMatchObject({ train: 8, certified: 2, filtered: 6, dropped: 4 });
  });

  it('stand in for none that people skipped: what they could not judge is not chosen beside', async () => {
    const reviews = ['Ada', 'Ben'].map((name) => review(name, { id: 'c5#1', verdict: 'skipped' }));
    const candidates = [...ten, narrative(5, { id: 'c5#2' })];
    const { rows } = await choose({ narratives: candidates, people: [certified(0, 'train')], reviews });
    expect(ids(rows)).toEqual(ids(ten.filter(({ caseId }) => caseId !== 'c5')));
  });

  it.each<[string, Partial<Narrative>]>([
    ['case', { caseId: 'c3' }],
    ['patient', { group: 'p3' }],
    ['picture', { image: narrative(3).image }],
    ['look', { look: narrative(3).look }],
  ])('of DermBench’s part keep what has the same %s out of training', async (_, more) => {
    const narratives = [...ten.filter(({ id }) => id !== 'c3#1'), narrative(20, more)];
    const { rows } = await choose({ narratives, people: [certified(3, 'bench')] });
    expect(ids(rows)).toEqual(ids(ten.filter(({ id }) => id !== 'c3#1')));
  });

  it.each<[string, Partial<Certified>]>([
    ['patient', { group: 'p3' }],
    ['picture', { image: narrative(3).image }],
    ['look', { look: narrative(3).look }],
  ])('of both parts with the same %s are an error that names the two', async (_, more) => {
    const people = [certified(3, 'bench'), certified(20, 'train', more)];
    await expect(choose({ narratives: ten, people })).rejects.toMatchObject({
      ...{ type: failureTypes.corrupt, retryable: false },
      message: expect.stringMatching(/c20#1 of the training part and c3#1 of DermBench's part/),
    });
  });
});
