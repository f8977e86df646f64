import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, splits } from '../../../domain/cases/case.ts';
import type { QuestionSettings } from '../../../domain/questions/build.ts';
import { distractorSources } from '../../../domain/questions/distractors.ts';
import { type Question, questionTasks } from '../../../domain/questions/question.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';

const { taxonomy, ddx } = shippedKnowledge;
const settings: QuestionSettings = { seed: 1, granularity: 'leaf', distractors: 'set', tasks: questionTasks };
const diagnoses = ['melanoma', 'melanocytic nevus', 'basal cell carcinoma', 'blue nevus', 'hemangioma', 'psoriasis'];
const build = (cases: readonly Case[], more: Partial<QuestionSettings> = {}): Question[] =>
  buildQuestions(cases, shippedKnowledge, { ...settings, ...more });
const labelsOf = (question: Question): string[] => question.options.map((option) => option.label);

/** Any diagnosis of the tree that has a malignancy, in two sets. */
const anyCases = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    diagnosis: fc.constantFrom(...taxonomy.names.filter((name) => taxonomy.malignancy(name) !== null)),
    source: fc.constantFrom('one', 'two'),
    split: fc.constantFrom(...splits),
  }),
  { minLength: 2, maxLength: 40, selector: (c) => c.id },
);
const anySettings = fc.record({ seed: fc.nat(), distractors: fc.constantFrom(...distractorSources) });

describe('buildQuestions', () => {
  it('never offers two right answers', () => {
    fc.assert(
      fc.property(anyCases, anySettings, (drawn, more) => {
        const cases = drawn.map((c) => makeCase(c.id, c.diagnosis, c));
        for (const question of build(cases, more)) {
          const path = taxonomy.path(question.diagnosis);
          const right = question.options.find((option) => option.letter === question.answer);
          expect(new Set(labelsOf(question)).size).toBe(question.options.length);
          expect(question.options.filter((option) => option.value >= (right?.value ?? 0))).toEqual([right]);
          if (question.task === 'lesion-condition') continue;
          const finest = path.findLast((label) => labelsOf(question).includes(label)) ?? '';
          expect(right?.label).toBe(finest);
          for (const { label, value } of question.options) {
            expect(value).toBeCloseTo((0.75 * (path.indexOf(label) + 1)) / path.length);
            if (path.includes(label)) continue;
            // Of matched options another case's fine label may stand below this one's coarse answer.
            expect(taxonomy.isKindOf(label, more.distractors === 'matched' ? question.diagnosis : finest)).toBe(false);
            expect(taxonomy.isCatchAll(label)).toBe(false);
            expect([label, taxonomy.overlap(label, question.diagnosis)]).toEqual([label, false]);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('puts the right answer at each place equally often (chi-squared, p > 0.001)', () => {
    const cases = Array.from({ length: 4000 }, (_, i) =>
      makeCase(`c${i}`, diagnoses[i % diagnoses.length] ?? 'melanoma', { split: 'test' }),
    );
    const critical: Record<number, number> = { 2: 10.83, 3: 13.82, 4: 16.27, 5: 18.47, 6: 20.52 };
    const sameKind = Map.groupBy(build(cases), (q) => `${q.task} with ${q.options.length} options`);
    expect(sameKind.size).toBeGreaterThan(4);
    for (const [kind, questions] of sameKind) {
      if (kind.startsWith('lesion-condition')) continue; // its options stand in the paper's order
      const places = questions[0]?.options.map((option) => option.letter) ?? [];
      const expected = questions.length / places.length;
      const observed = places.map((letter) => questions.filter((q) => q.answer === letter).length);
      const chiSquared = observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect({ kind, chiSquared: chiSquared < (critical[places.length] ?? 0) }).toEqual({ kind, chiSquared: true });
    }
  });

  it('takes wrong options from the set, or half of them from the shared tree', () => {
    const cases = Array.from({ length: 400 }, (_, i) =>
      makeCase(`c${i}`, diagnoses[i % diagnoses.length] ?? 'melanoma', { split: 'test' }),
    );
    const own = new Set(cases.flatMap((c) => c.path));
    const shareOfSet = (distractors: QuestionSettings['distractors']) => {
      const asked = build(cases, { distractors, tasks: ['diagnosis'] });
      const wrong = asked.flatMap((q) =>
        q.options.filter((option) => option.value === 0).map((option) => option.label),
      );
      return wrong.filter((label) => own.has(label)).length / wrong.length;
    };
    expect(shareOfSet('set')).toBe(1);
    expect(shareOfSet('set-and-shared')).toBeGreaterThan(0.4);
    expect(shareOfSet('set-and-shared')).toBeLessThan(0.6);
  });

  it('keeps the sets apart: another set’s labels are no label of this one', () => {
    const cases = [
      ...['melanoma', 'hemangioma', 'dermatofibroma'].map((d) => makeCase(d, d, { source: 'one', split: 'test' })),
      ...['psoriasis', 'tinea'].map((d) => makeCase(d, d, { source: 'two', split: 'test' })),
    ];
    const asked = build(cases, { tasks: ['diagnosis'] }).filter((q) => q.source === 'one');
    expect(asked).toHaveLength(3);
    expect(asked.flatMap(labelsOf).filter((label) => taxonomy.path('tinea').includes(label))).toEqual([]);
  });

  it('asks a case the same whatever the order of the cases', () => {
    const all = diagnoses.map((d, i) => makeCase(`c${i}`, d, { split: 'test' }));
    const byId = (list: typeof all) => new Map(build(list).map((q) => [q.id, q]));
    expect(byId(all.toReversed())).toEqual(new Map([...byId(all)]));
  });

  it('trains on the diagnosis alone and evaluates every task', () => {
    const trained = diagnoses.map((d, i) => makeCase(`a${i}`, d, { split: 'train' }));
    const asked = build([...trained, makeCase('t', 'melanoma', { split: 'test' })]);
    expect(asked.filter((q) => q.caseId === 't').map((q) => q.task)).toEqual(questionTasks);
    expect(new Set(asked.filter((q) => q.caseId !== 't').map((q) => q.task))).toEqual(new Set(['diagnosis']));
  });

  it('scales by the deepest offered option on request (A6)', () => {
    const all = diagnoses.map((d, i) => makeCase(`c${i}`, d, { split: 'test' }));
    for (const question of build(all, { granularity: 'deepest-offered', tasks: ['diagnosis'] }))
      expect(Math.max(...question.options.map((o) => o.value))).toBe(0.75);
  });

  it('asks in the DDx test among neighbours that occur in the data', () => {
    const all = [...diagnoses, 'seborrheic keratosis'].map((d) => makeCase(d, d, { split: 'test' }));
    const asked = build(all, { tasks: ['ddx'] });
    const melanoma = asked.find((q) => q.diagnosis === 'melanoma');
    const neighbours = ddx.neighbours('melanoma').filter((name) => all.some((c) => c.path.includes(name)));
    expect(labelsOf(melanoma as Question).toSorted()).toEqual(['melanoma', ...neighbours].toSorted()); // it is asked
    expect(asked.find((q) => q.diagnosis === 'psoriasis')).toBeUndefined(); // no neighbour of it occurs
  });

  it('asks in the hierarchical test among all ancestors', () => {
    const [question] = build([makeCase('a', 'nodular melanoma', { split: 'test' })], { tasks: ['hierarchical'] });
    expect(labelsOf(question as Question).toSorted()).toEqual(taxonomy.path('nodular melanoma').toSorted()); // one case
  });

  it('asks a case whose label names no disease for its condition alone', () => {
    const all = ['benign lesion', 'melanoma', 'hemangioma'].map((d) => makeCase(d, d, { split: 'test' }));
    expect(
      build(all)
        .filter((q) => q.diagnosis === 'benign lesion')
        .map((q) => q.task),
    ).toEqual(['lesion-condition']);
    expect(build(all).flatMap(labelsOf)).not.toContain('benign lesion');
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
