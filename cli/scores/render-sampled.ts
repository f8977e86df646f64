/** Vote and pass@k of models that gave several answers per item, as people read them in a terminal. */
import { renderTable } from '../table.ts';
import type { ShownScore } from './render-scores.ts';

interface Estimate {
  value: number;
  low: number;
  high: number;
}

const cell = (own: Estimate | undefined): string =>
  own ? `${own.value.toFixed(3)} (${own.low.toFixed(3)} to ${own.high.toFixed(3)})` : '';

/** By each row's own reader; empty where no row has several answers per item. */
export function renderSampled(rows: readonly ShownScore[]): string[] {
  const sampled = rows.flatMap(({ sampled: own, ...row }) => (own ? [{ ...row, sampled: own }] : []));
  if (sampled.length === 0) return [];
  const ks = [...new Set(sampled.flatMap(({ sampled: { passAt } }) => passAt.map(({ k }) => k)))].toSorted(
    (a, b) => a - b,
  );
  const cells = sampled.map(({ benchmark, label, reader, sampled: { answers, vote, passAt } }) => [
    ...[benchmark, label, String(answers), cell(vote[reader])],
    ...ks.map((k) => cell(passAt.find((own) => own.k === k)?.[reader])),
  ]);
  return [
    '',
    'several answers per item: the score of their vote, and the chance that one of k is right (95 % intervals)',
    renderTable(['benchmark', 'model', 'answers', 'vote', ...ks.map((k) => `pass@${k}`)], cells),
  ];
}
