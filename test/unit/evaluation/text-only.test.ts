import { describe, expect, it } from 'vitest';
import { createAskedFilter } from '../../../domain/evaluation/asked.ts';
import { fitTextOnly, scoreTextOnly, textOnlyItem } from '../../../domain/evaluation/text-only.ts';
import type { Question } from '../../../domain/questions/question.ts';
import { conditionQuestion, makeCase, melanomaQuestion } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';

const { taxonomy } = shippedKnowledge;

/** A question with these options, of which the first is right. */
function ask(right: string, ...wrong: string[]): Question {
  const labels = [right, ...wrong].toSorted();
  const options = labels.map((label, i) => ({ letter: 'ABCD'.charAt(i), label, synonyms: [], value: 0 }));
  return melanomaQuestion({ options, answer: options[labels.indexOf(right)]?.letter ?? 'none' });
}
const labelOf = (question: Question, letter: string) => question.options.find((o) => o.letter === letter)?.label;
const answer = (training: readonly Question[], question: Question) =>
  labelOf(question, fitTextOnly(training, taxonomy)(question));
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe('fitTextOnly', () => {
  it('learns how often a label is right when it is offered', () => {
    const training = [
      ...times(8, () => ask('melanocytic nevus', 'hemangioma', 'psoriasis')),
      ...times(2, () => ask('hemangioma', 'melanocytic nevus', 'psoriasis')),
    ];
    expect(answer(training, ask('tinea', 'melanocytic nevus', 'psoriasis'))).toBe('melanocytic nevus');
    expect(answer(training, ask('tinea', 'hemangioma', 'psoriasis'))).not.toBe('psoriasis');
  });

  it('learns that an ancestor beside a label speaks for it, also of labels that it never saw', () => {
    const training = [
      ...times(5, () => ask('melanoma', 'melanocytic lesion', 'hemangioma', 'psoriasis')),
      ...times(5, () => ask('blue nevus', 'melanocytic nevus', 'hemangioma', 'psoriasis')),
    ];
    const { name: fine } = taxonomy.resolve('plaque psoriasis') ?? { name: '' };
    const coarse = taxonomy.parent(fine) ?? '';
    expect(answer(training, ask('basal cell carcinoma', fine, coarse, 'tinea'))).toBe(fine);
  });

  it('remembers which of just these options was right', () => {
    const training = [
      ...times(9, () => ask('melanoma', 'tinea')),
      ...times(3, () => ask('hemangioma', 'melanoma', 'psoriasis')),
      ...times(9, () => ask('tinea', 'hemangioma', 'psoriasis')),
    ];
    expect(answer(training, ask('melanoma', 'hemangioma', 'psoriasis'))).toBe('hemangioma');
    expect(answer(training, ask('melanoma', 'hemangioma', 'tinea'))).toBe('melanoma');
  });

  it('keeps the tasks apart, and gives the most frequent condition', () => {
    const benign = { ...conditionQuestion(), answer: 'A' };
    const training = [...times(3, () => benign), conditionQuestion(), ...times(9, () => ask('melanoma', 'tinea'))];
    expect(fitTextOnly(training, taxonomy)(conditionQuestion())).toBe('A');
  });

  it('answers without training questions, too', () => {
    expect(fitTextOnly([], taxonomy)(melanomaQuestion())).toBe('A');
  });

  it('takes the deepest label in the hierarchical test', () => {
    const names = ['blue nevus', 'nodular melanoma', 'basal cell carcinoma', 'hemangioma'];
    const cases = names.flatMap((name) => [
      makeCase(`${name}-1`, name, { split: 'train' }),
      makeCase(`${name}-2`, name, { split: 'test' }),
    ]);
    const tasks = ['hierarchical'] as const;
    const settings = { seed: 1, granularity: 'leaf', distractors: 'set', tasks, trainingTasks: tasks } as const;
    const all = buildQuestions(cases, shippedKnowledge, settings);
    const rule = fitTextOnly(
      all.filter(({ caseId }) => caseId.endsWith('-1')),
      taxonomy,
    );
    for (const question of all) expect(rule(question)).toBe(question.answer);
  });
});

describe('the scores of the rule', () => {
  const asked = ['a', 'b', 'c', 'd'].map((id) => melanomaQuestion({ id, group: id }));

  it('are those of its answers', () => {
    const [score, ...others] = scoreTextOnly(asked.map((question, i) => textOnlyItem(question, 'AAAC'.charAt(i))));
    expect(others).toEqual([]);
    expect(score).toMatchObject({ task: 'diagnosis', items: 4, accuracy: 0.75, unparsed: 0 });
    expect(score?.macroF1).toBeCloseTo(6 / 7);
    expect(score?.low).toBeLessThan(0.75);
  });

  it('count the questions that a recipe asks', () => {
    const some = [conditionQuestion(), ...asked].filter(
      createAskedFilter({ tasks: ['diagnosis', 'ddx'], maxItems: 2 }),
    );
    expect(some.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
