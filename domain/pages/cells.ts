/** The rows of `evaluation.csv`, and of the tables in Markdown: one number with its interval a row, by set and reader. */
import { readers } from '../evaluation/scored.ts';
import { averageColumn } from '../published/published.ts';
import type { EvaluationPage, PageRow } from './evaluation-page.ts';

export interface Cell {
  benchmark: string;
  model: string;
  /** `published` beside the kinds of rows. */
  kind: string;
  reader: string;
  /** Data set, group of an attribute, or `average`. */
  column: string;
  items: number | null;
  groups: number | null;
  measure: 'score' | 'accuracy' | 'macro-F1' | 'unread' | 'calibration-error' | 'brier';
  value: number;
  low: number | null;
  high: number | null;
  source: string;
  notComparable: string;
}

/** Every number of the page that is a score, in the order of its tables. */
export const pageCells = (page: EvaluationPage): Cell[] => [
  ...page.rows.flatMap((row) => ownCells(page.benchmark.name, row)),
  ...page.published.flatMap(({ source, measure, model, values, notComparable }) =>
    Object.entries(values).map(
      ([column, value]): Cell => ({
        ...{ benchmark: page.benchmark.name, model, kind: 'published', reader: '', column, items: null, groups: null },
        ...{ measure: measure === 'accuracy' ? 'accuracy' : 'macro-F1', value, low: null, high: null, source },
        notComparable: notComparable.join('; '),
      }),
    ),
  ),
];

function ownCells(benchmark: string, { label, kind, summary, paper, key }: PageRow): Cell[] {
  const reasons = [...new Set(paper.flatMap(({ notComparable }) => notComparable))].join('; ');
  const common = { benchmark, model: label, kind, source: key, notComparable: reasons };
  const calibration = (['ece', 'brier'] as const).flatMap((name): Cell[] => {
    const own = summary.calibration;
    if (!own) return [];
    const place = { ...common, reader: '', column: averageColumn, items: own.items, groups: null };
    return [{ ...place, measure: name === 'ece' ? 'calibration-error' : 'brier', ...own[name] }];
  });
  const scores = readers.flatMap((reader) => {
    const { weighted, unread } = summary.average[reader];
    const all = { ...common, reader, column: averageColumn, items: summary.items, groups: summary.groups };
    const none = { low: null, high: null };
    return [
      ...summary.columns.flatMap(({ name, items, groups, [reader]: own }): Cell[] => {
        const place = { ...common, reader, column: name, items, groups };
        return [
          { ...place, measure: 'score', ...own.score },
          ...(own.macroF1 ? [{ ...place, measure: 'macro-F1' as const, ...own.macroF1 }] : []),
          { ...place, measure: 'unread', value: own.unread, ...none },
        ];
      }),
      { ...all, measure: 'score' as const, ...weighted.score },
      ...(weighted.macroF1 === null
        ? []
        : [{ ...all, measure: 'macro-F1' as const, value: weighted.macroF1, ...none }]),
      { ...all, measure: 'unread' as const, value: unread, ...none },
    ];
  });
  return [...scores, ...calibration];
}
