import { expect, it } from 'vitest';
import { mostClasses, summariseChoices, summariseOpen } from '../../../../domain/benchmarks/summaries/summarise.ts';
import type { ScoredRow } from '../../../../domain/evaluation/scored.ts';
import { processorMs } from '../../../support/processor-time.ts';

/** Answers in words, of which no two are the same. */
const answers = (count: number): ScoredRow[] =>
  Array.from({ length: count }, (_, i) => {
    const reading = { letter: null, predicted: `a mole, ${i}`, correct: i % 4 === 0, score: Number(i % 4 === 0) };
    return {
      ...{ group: i, source: 'derm7pt', attributes: {}, expected: 'nevus', unreadable: null },
      ...{ strict: reading, lenient: reading },
    };
  });

it('open answers that all differ are summed up in the time of answers that are alike', () => {
  const count = 20_000;
  let summary = summariseOpen('open', []);
  const spent = processorMs(() => {
    summary = summariseOpen('open', answers(count));
  });
  expect(summary.columns.map(({ items, strict }) => [items, strict.score.value, strict.macroF1])).toEqual([
    [count, 0.25, null],
  ]);
  // By each pair of an item and an answer it takes five seconds.
  expect(spent).toBeLessThan(1_500);
});

it('those with options have classes', () => {
  const { columns, classes } = summariseChoices('choice', answers(3));
  expect(columns[0]?.strict.macroF1?.value).toBe(0);
  expect(classes?.labels).toEqual(['a mole, 0', 'a mole, 1', 'a mole, 2', 'nevus']);
});

it('options that are sentences of their own, beyond what a matrix can hold, have none', () => {
  const most = answers(mostClasses - 1); // beside the right one
  expect(summariseChoices('choice', most).classes?.labels).toHaveLength(mostClasses);
  const { classes, columns, average } = summariseChoices('choice', answers(mostClasses));
  expect([classes, columns[0]?.strict.macroF1, average.strict.weighted.macroF1]).toEqual([null, null, null]);
  expect(average.strict.weighted.score.value).toBe(0.25);
});
