import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../domain/random.ts';
import { planTrajectories, resolveDdxNeighbour, shownCase } from '../../../domain/trajectories/plan.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const textbook = (id: string, diagnosis: string) =>
  makeCase(id, diagnosis, { rationale: `Presence of tan and scale indicates ${diagnosis}.` });
const settings = { seed: 5, types: [1, 2, 3], maxPerType: 100 } as const;
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
  it('returns null where nothing has a case', () => expect(resolve('melanoma', has('dermatofibroma'))).toBeNull());
  it('never returns the diagnosis itself', () =>
    expect(resolve('nodular melanoma', has('nodular melanoma'))).toBeNull());
});

describe('planTrajectories', () => {
  const cases = [
    textbook('a', 'melanoma'),
    textbook('b', 'melanocytic nevus'),
    textbook('c', 'hemangioma'),
    makeCase('d', 'melanoma'),
  ];
  const planned = planTrajectories(cases, shippedKnowledge, settings);

  it('makes one of type 1 for each textbook case', () =>
    expect(planned.filter((p) => p.type === 1).map((p) => p.id)).toEqual(['1/a', '1/b', '1/c']));

  it('shows the image of the case whose diagnosis it ends with (A2)', () => {
    for (const p of planned) {
      if (p.type === 2) expect(shownCase(p)).toBe(p.primary);
      if (p.type === 3) expect(shownCase(p)).toBe(p.differential);
      if (p.type !== 1) expect(p.primary.diagnosis).not.toBe(p.differential.diagnosis);
    }
  });

  it('falls back to a random other diagnosis and says so', () => {
    const alone = planTrajectories(
      [textbook('a', 'dermatofibroma'), textbook('b', 'angiokeratoma')],
      shippedKnowledge,
      settings,
    );
    expect(alone.flatMap((p) => (p.type === 1 ? [] : [p.link]))).toEqual(['random', 'random', 'random', 'random']);
  });

  it('caps types 2 and 3, and repeats itself', () => {
    const capped = planTrajectories(cases, shippedKnowledge, { ...settings, maxPerType: 1 });
    expect(capped.map((p) => p.type)).toEqual([1, 1, 1, 2, 3]);
    expect(planTrajectories(cases, shippedKnowledge, settings)).toEqual(planned);
  });

  it('makes no differential of a set with one diagnosis', () =>
    expect(planTrajectories([textbook('a', 'melanoma')], shippedKnowledge, settings).map((p) => p.type)).toEqual([1]));
});
