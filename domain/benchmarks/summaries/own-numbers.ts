/** A summary's numbers in the form in which they stand beside published ones. */
import type { ReaderName } from '../../evaluation/scored.ts';
import type { OwnNumber } from '../../published/against.ts';
import { averageColumn } from '../../published/published.ts';
import type { BenchmarkSummary } from './summary.ts';

/** Accuracy and, where answers have classes, macro-F1 of every column and of the weighted average. */
export function ownNumbers(summary: BenchmarkSummary, reader: ReaderName): OwnNumber[] {
  const { weighted } = summary.average[reader];
  const columns = summary.columns.flatMap((column): OwnNumber[] => {
    const { score, macroF1 } = column[reader];
    const place = { column: column.name, items: column.items };
    return [
      { ...place, measure: 'accuracy', ...score },
      ...(macroF1 ? [{ ...place, measure: 'macroF1' as const, ...macroF1 }] : []),
    ];
  });
  const all = { column: averageColumn, items: summary.items };
  return [
    ...columns,
    { ...all, measure: 'accuracy', ...weighted.score },
    ...(weighted.macroF1 === null
      ? []
      : [{ ...all, measure: 'macroF1' as const, value: weighted.macroF1, low: null, high: null }]),
  ];
}
