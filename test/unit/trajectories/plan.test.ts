import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trajectoryOf } from '../../../activities/trajectories/reasoning.ts';
import { readTextbookTable } from '../../../activities/trajectories/textbook-table.ts';
import type { Case } from '../../../domain/cases/case.ts';
import { createRandom } from '../../../domain/random.ts';
import {
  isTextbookCase,
  type PlannedTrajectory,
  planPairs,
  resolveDdxNeighbour,
  shownCase,
} from '../../../domain/trajectories/plan.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const textbook = (id: string, diagnosis: string) =>
  makeCase(id, diagnosis, { rationale: `Presence of tan and scale indicates ${diagnosis}.` });
const settings = { seed: 5, types: [1, 2, 3], maxPerType: 100 } as const;

/** What the stage composes: every type that the settings name, type 1 first. */
async function planTrajectories(
  cases: readonly Case[],
  { types, ...plan }: { seed: number; types: readonly (1 | 2 | 3)[]; maxPerType: number },
): Promise<PlannedTrajectory[]> {
  const table = await readTextbookTable(cases);
  return types.flatMap((type): PlannedTrajectory[] =>
    type === 1
      ? cases.filter(isTextbookCase).map((c) => ({ type, id: `1/${c.id}`, case: c }))
      : [...planPairs(type, table, shippedKnowledge, plan)].map((pair) => trajectoryOf(pair, table)),
  );
}

const has =
  (...names: string[]) =>
  (name: string): boolean =>
    names.includes(name);

describe('resolveDdxNeighbour (Algorithm 4)', () => {
  const resolve = (d: string, hasCase: (name: string) => boolean) =>
    resolveDdxNeighbour(d, shippedKnowledge, hasCase, createRandom(1));
  it('takes a neighbour that has a case', () => expect(resolve('melanocytic nevus', has('melanoma'))).toBe('melanoma'));
  it('takes a child with a case of a neighbour without (A5)', () =>
    expect(resolve('melanocytic nevus', has('nodular melanoma', 'pyogenic granuloma'))).toBe('nodular melanoma'));
  it('asks for the neighbours of the parent where the node has none', () =>
    expect(resolve('seborrheic keratosis', has('melanoma'))).toBe('melanoma'));
  it('returns null where nothing has a case', () => expect(resolve('melanoma', has('psoriasis'))).toBeNull());
  it('never returns the diagnosis itself', () =>
    expect(resolve('nodular melanoma', has('nodular melanoma'))).toBeNull());

  it('returns nothing, or a diagnosis off the path that has a case, for any node and any cases', () => {
    const { taxonomy } = shippedKnowledge;
    const node = fc.constantFrom(...taxonomy.names);
    fc.assert(
      fc.property(node, fc.uniqueArray(node, { maxLength: 60 }), fc.nat(), (diagnosis, withCases, seed) => {
        const found = resolveDdxNeighbour(diagnosis, shippedKnowledge, has(...withCases), createRandom(seed));
        if (found === null) return;
        expect(withCases).toContain(found);
        expect(taxonomy.path(diagnosis)).not.toContain(found);
        expect(taxonomy.path(found)).not.toContain(diagnosis);
      }),
      { numRuns: 500 },
    );
  });
});

describe('planTrajectories', () => {
  const cases = [
    textbook('a', 'melanoma'),
    textbook('b', 'melanocytic nevus'),
    textbook('c', 'hemangioma'),
    makeCase('d', 'melanoma'),
  ];
  const planned = planTrajectories(cases, settings);

  it('makes one of type 1 for each textbook case', async () =>
    expect((await planned).filter((p) => p.type === 1).map((p) => p.id)).toEqual(['1/a', '1/b', '1/c']));

  it('compares with no subtype of the diagnosis where it draws at random (A4)', async () => {
    const family = [
      textbook('a', 'acanthosis nigricans'),
      textbook('b', 'amyloidosis'),
      textbook('c', 'lichen amyloidosis'),
    ];
    const linked = await planTrajectories(family, { ...settings, types: [2] });
    const differentials = linked.map((p) => (p.type === 2 ? `${p.primary.id}${p.differential.id}` : ''));
    expect(differentials.filter((ids) => ids === 'bc' || ids === 'cb')).toEqual([]);
    expect(linked).toHaveLength(3);
  });

  it('compares with nothing that may be the same lesion where it draws at random (A4)', async () => {
    const family = ['tuberous sclerosis', 'collagenoma', 'amyloidosis'].map((name) => textbook(name, name));
    const linked = await planTrajectories(family, { ...settings, types: [2] });
    expect(linked).toHaveLength(3);
    for (const p of linked) if (p.type === 2) expect([p.primary.id, p.differential.id]).toContain('amyloidosis');
  });

  it('shows the image of the case whose diagnosis it ends with (A2)', async () => {
    for (const p of await planned) {
      if (p.type === 2) expect(shownCase(p)).toBe(p.primary);
      if (p.type === 3) expect(shownCase(p)).toBe(p.differential);
      if (p.type !== 1) expect(p.primary.diagnosis).not.toBe(p.differential.diagnosis);
    }
  });

  it('falls back to a random other diagnosis and says so', async () => {
    const alone = await planTrajectories([textbook('a', 'dermatofibroma'), textbook('b', 'angiokeratoma')], settings);
    expect(alone.flatMap((p) => (p.type === 1 ? [] : [p.link]))).toEqual(['random', 'random', 'random', 'random']);
  });

  it('caps types 2 and 3, and repeats itself', async () => {
    const capped = await planTrajectories(cases, { ...settings, maxPerType: 1 });
    expect(capped.map((p) => p.type)).toEqual([1, 1, 1, 2, 3]);
    expect(await planTrajectories(cases, settings)).toEqual(await planned);
  });

  it('makes no differential of a set with one diagnosis', async () =>
    expect((await planTrajectories([textbook('a', 'melanoma')], settings)).map((p) => p.type)).toEqual([1]));
});
