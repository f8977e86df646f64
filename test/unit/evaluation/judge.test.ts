import { describe, expect, it } from 'vitest';
import { evaluationItemSchema, judgeOutput } from '../../../domain/evaluation/item.ts';
import { scoresOf, summariseItems, taskSummarySchema } from '../../../domain/evaluation/summary.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';

const says = (final: string): string => `<thinking> dark </thinking> <final diagnosis> ${final} </final diagnosis>`;

describe('judgeOutput', () => {
  it.each([
    { final: 'melanoma', letter: 'A', correct: true, predicted: 'melanoma', malignancyCorrect: null },
    { final: 'A: melanoma, malignant', letter: 'A', correct: true, predicted: 'melanoma', malignancyCorrect: true },
    { final: 'melanoma, benign', letter: 'A', correct: true, predicted: 'melanoma', malignancyCorrect: false },
    { final: 'hemangioma', letter: 'D', correct: false, predicted: 'hemangioma', malignancyCorrect: null },
    { final: 'A or D', letter: null, correct: false, predicted: null, malignancyCorrect: null },
  ])('diagnosis: $final', ({ final, ...judged }) => {
    expect(judgeOutput(melanomaQuestion(), says(final))).toMatchObject({
      ...judged,
      expected: 'melanoma',
      format: true,
    });
  });

  it.each([
    { final: 'B', correct: true, predicted: 'malignant', malignancyCorrect: true },
    { final: 'benign', correct: false, predicted: 'benign', malignancyCorrect: false },
    { final: 'B: benign', correct: false, predicted: null, malignancyCorrect: null },
  ])('lesion condition: $final', ({ final, ...judged }) => {
    expect(judgeOutput(conditionQuestion(), says(final))).toMatchObject({ ...judged, expected: 'malignant' });
  });

  it('keeps an output without the form, and what it was', () => {
    const item = judgeOutput(melanomaQuestion(), 'a melanoma');
    expect(item).toMatchObject({ format: false, letter: null, correct: false, output: 'a melanoma' });
    expect(item).toMatchObject({
      unreadable: 'no tags',
      lenient: { letter: 'A', correct: true, predicted: 'melanoma' },
    });
    expect(evaluationItemSchema.parse(item)).toEqual(item);
  });
});

describe('summariseItems', () => {
  const items = [
    judgeOutput(melanomaQuestion({ id: '1', group: 'a' }), says('melanoma')),
    judgeOutput(melanomaQuestion({ id: '2', group: 'a' }), says('hemangioma')),
    judgeOutput(melanomaQuestion({ id: '3', group: 'b' }), 'no idea'),
    judgeOutput(melanomaQuestion({ id: '4', group: 'c' }), says('A')),
    judgeOutput(conditionQuestion(), says('malignant')),
  ];

  it('scores each task by itself', () => {
    const [diagnosis, condition, ...others] = summariseItems(items);
    expect(others).toEqual([]);
    // F1 of melanoma: 2 * 2 / (4 + 2)
    expect(diagnosis).toMatchObject({ task: 'diagnosis', items: 4, accuracy: 0.5, unparsed: 0.25, format: 0.75 });
    expect(diagnosis?.macroF1).toBeCloseTo(2 / 3, 12);
    expect(diagnosis).toMatchObject({
      lenient: { accuracy: 0.5, unparsed: 0.25 },
      unreadable: [{ form: 'no tags', count: 1 }],
    });
    expect(condition).toMatchObject({ task: 'lesion-condition', items: 1, accuracy: 1, macroF1: 1, high: 1 });
    expect(condition?.low).toBeLessThan(0.3);
  });

  it('counts what the lenient reader finds beside, and unreadable outputs by form', () => {
    const outputs = ['B', 'The answer is A.', says(''), says('A or D'), says('C or D')];
    const [diagnosis] = summariseItems(
      outputs.map((output, i) => judgeOutput(melanomaQuestion({ id: String(i) }), output)),
    );
    expect(diagnosis).toMatchObject({ accuracy: 0, unparsed: 1, lenient: { accuracy: 0.2, unparsed: 0.6 } });
    expect(diagnosis?.unreadable).toEqual([
      { form: 'no tags', count: 2 },
      { form: 'several options', count: 2 },
      { form: 'empty', count: 1 },
    ]);
  });

  it('gives payload scores without the matrices', () => {
    const summaries = summariseItems(items);
    expect(summaries.map((summary) => taskSummarySchema.parse(summary))).toEqual(summaries);
    expect(Object.keys(scoresOf(summaries)[0] ?? {}).toSorted()).toEqual([
      'accuracy',
      'high',
      'items',
      'lenient',
      'low',
      'macroF1',
      'task',
      'unparsed',
    ]);
  });
});
