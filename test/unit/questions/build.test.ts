import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splits } from '../../../domain/cases/case.ts';
import { buildQuestions } from '../../../domain/questions/build.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const diagnoses = [
  'melanoma',
  'melanocytic nevus',
  'basal cell carcinoma',
  'blue nevus',
  'hemangioma',
  'seborrheic keratosis',
];
const { taxonomy } = shippedKnowledge;
const settings = { seed: 1, granularity: 'leaf', tasks: ['diagnosis', 'lesion-condition'] } as const;
const cases = fc.uniqueArray(
  fc.record({ id: fc.uuid(), diagnosis: fc.constantFrom(...diagnoses), split: fc.constantFrom(...splits) }),
  {
    minLength: 8,
    maxLength: 30,
    selector: (c) => c.id,
  },
);

describe('buildQuestions', () => {
  it('offers one correct option, the finest of the path, and no distractor that could be true', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (drawn, seed) => {
        const all = drawn.map((c) => makeCase(c.id, c.diagnosis, { split: c.split }));
        for (const question of buildQuestions(all, shippedKnowledge, { ...settings, seed })) {
          if (question.task !== 'diagnosis') continue;
          const path = taxonomy.path(question.diagnosis);
          const labels = question.options.map((option) => option.label);
          expect(new Set(labels).size).toBe(labels.length);
          const finest = path.findLast((label) => labels.includes(label));
          expect(question.options.find((option) => option.letter === question.answer)?.label).toBe(finest);
          for (const option of question.options) {
            expect(option.value).toBeCloseTo((0.75 * (path.indexOf(option.label) + 1)) / path.length);
            if (!path.includes(option.label)) expect(taxonomy.isBelow(option.label, String(finest))).toBe(false);
          }
        }
      }),
    );
  });

  it('asks a case the same whatever the order of the cases', () => {
    const all = diagnoses.map((d, i) => makeCase(`c${i}`, d, { split: 'test' }));
    const byId = (list: typeof all) => new Map(buildQuestions(list, shippedKnowledge, settings).map((q) => [q.id, q]));
    expect(byId(all.toReversed()).get('c2/diagnosis')).toEqual(byId(all).get('c2/diagnosis'));
  });

  it('trains on the diagnosis alone and evaluates every task', () => {
    const all = [
      ...diagnoses.map((d, i) => makeCase(`a${i}`, d, { split: 'train' })),
      makeCase('t', 'melanoma', { split: 'test' }),
    ];
    const tasks = buildQuestions(all, shippedKnowledge, settings).map((q) => `${q.caseId}:${q.task}`);
    expect(tasks.filter((t) => t.startsWith('t:'))).toEqual(['t:diagnosis', 't:lesion-condition']);
    expect(tasks.filter((t) => t.startsWith('a')).every((t) => t.endsWith(':diagnosis'))).toBe(true);
  });

  it('scales by the deepest offered option on request (A6)', () => {
    const all = diagnoses.map((d, i) => makeCase(`c${i}`, d, { split: 'test' }));
    const questions = buildQuestions(all, shippedKnowledge, {
      ...settings,
      granularity: 'deepest-offered',
      tasks: ['diagnosis'],
    });
    for (const question of questions) expect(Math.max(...question.options.map((o) => o.value))).toBe(0.75);
  });

  it('pays nothing for a coarser label when the reward is flat', () => {
    const all = diagnoses.map((d, i) => makeCase(`c${i}`, d, { split: 'test' }));
    const flat = buildQuestions(all, shippedKnowledge, { ...settings, granularity: 'flat', tasks: ['diagnosis'] });
    for (const { options, answer } of flat)
      expect(options.map(({ letter, value }) => [letter, value])).toEqual(
        options.map(({ letter }) => [letter, letter === answer ? 0.75 : 0]),
      );
    const graded = buildQuestions(all, shippedKnowledge, { ...settings, tasks: ['diagnosis'] });
    expect(flat.map(({ answer }) => answer)).toEqual(graded.map(({ answer }) => answer));
  });
});
