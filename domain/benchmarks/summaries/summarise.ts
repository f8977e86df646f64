/** Scored items to the numbers of a table's row. */

import { confusionMatrix, shareOf } from '../../evaluation/metrics.ts';
import type { ReaderName, ScoredRow } from '../../evaluation/scored.ts';
import { type ItemReading, ScoredColumns } from '../../evaluation/scored-columns.ts';
import { clusteredInterval } from '../../evaluation/statistics/clustered.ts';
import { Grouped } from '../../evaluation/statistics/grouped.ts';
import { macroF1Interval } from '../../evaluation/statistics/macro-f1.ts';
import { setOrder, titleOfSet } from '../../published/sets.ts';
import { type UnreadableForm, unreadableForms } from '../../questions/extract.ts';
import { Numbering } from '../../rows/columns.ts';
import { countOf } from '../../rows/views.ts';
import { calibrationSummary } from './calibration.ts';
import type { BenchmarkSummary, ReaderScores, SummaryColumn } from './summary.ts';

type ColumnOf = (item: ScoredRow) => string;
const bySource: ColumnOf = ({ source }) => source;
const range = { least: 0, most: 1 };

/**
 * Labels that are classes, at most: several times those of the taxonomy. The confusion has a number for each pair of them,
 * and options that are sentences of their own, of thousands of items, would take more memory than there is.
 */
export const mostClasses = 2_000;

/** Of items with options: accuracies, macro-F1, confusion and the recall of each label. */
export function summariseChoices(
  benchmark: string,
  items: Iterable<ScoredRow>,
  columnOf: ColumnOf = bySource,
): BenchmarkSummary {
  return summarise(benchmark, items, columnOf, true);
}

/** Of open answers, which have no classes. */
export const summariseOpen = (
  benchmark: string,
  items: Iterable<ScoredRow>,
  columnOf: ColumnOf = bySource,
): BenchmarkSummary => summarise(benchmark, items, columnOf, false);

function summarise(
  benchmark: string,
  items: Iterable<ScoredRow>,
  columnOf: ColumnOf,
  mayHaveClasses: boolean,
): BenchmarkSummary {
  const scored = new ScoredColumns();
  const forms = new Map<UnreadableForm, number>();
  for (const item of items) {
    scored.add(item, columnOf(item));
    if (item.unreadable !== null) forms.set(item.unreadable, (forms.get(item.unreadable) ?? 0) + 1);
  }
  const hasClasses = mayHaveClasses && scored.labelCount <= mostClasses;
  const columns = scored.names.toSorted(setOrder).map((name): SummaryColumn => {
    const own = scored.readings('strict', name);
    return {
      ...{ name, title: titleOfSet(name), items: countOf(own), groups: countGroups(own) },
      strict: scoresOf(own, hasClasses),
      lenient: scoresOf(scored.readings('lenient', name), hasClasses),
    };
  });
  let classes: BenchmarkSummary['classes'] | undefined;
  return {
    benchmark,
    items: scored.length,
    groups: scored.groupCount,
    columns,
    average: {
      strict: averageOf(scored.readings('strict'), columns, 'strict'),
      lenient: averageOf(scored.readings('lenient'), columns, 'lenient'),
    },
    unreadable: unreadableForms
      .map((form) => ({ form, count: forms.get(form) ?? 0 }))
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count),
    // A report of a run does not ask for it, and it is the largest part: a matrix of all labels.
    get classes() {
      classes ??= hasClasses ? classesOf(scored.readings('strict')) : null;
      return classes;
    },
    ...calibrationSummary(items),
  };
}

function countGroups(items: Iterable<ItemReading>): number {
  const groups = new Numbering();
  for (const { group } of items) groups.of(group);
  return groups.count;
}

function valuesOf(items: Iterable<ItemReading>): Grouped {
  const values = new Grouped();
  for (const { group, score } of items) values.add(group, score);
  return values;
}

const meanOf = (values: Grouped): number =>
  values.length === 0 ? 0 : values.overValues((value) => value) / values.length;

const estimate = (values: Grouped): { value: number; low: number; high: number } => ({
  value: meanOf(values),
  ...clusteredInterval(values, range),
});

const unreadOf = (items: Iterable<ItemReading>): number => shareOf(items, ({ predicted }) => predicted === null);

function scoresOf(items: Iterable<ItemReading>, hasClasses: boolean): ReaderScores {
  return {
    score: estimate(valuesOf(items)),
    // Open answers may all differ, and each group is compared by all labels.
    macroF1: hasClasses ? macroF1Of(items) : null,
    unread: unreadOf(items),
  };
}

function macroF1Of(items: Iterable<ItemReading>): ReaderScores['macroF1'] {
  const { standardError: _, ...macroF1 } = macroF1Interval(items);
  return macroF1;
}

/** Weighted by items as in the paper's tables, and plain. The weighted score is that of all items together. */
function averageOf(
  items: Iterable<ItemReading>,
  columns: readonly SummaryColumn[],
  reader: ReaderName,
): BenchmarkSummary['average'][ReaderName] {
  const scores = columns.map((column) => column[reader].score.value);
  const f1 = columns.map((column) => column[reader].macroF1?.value ?? null);
  const weights = columns.map((column) => column.items);
  return {
    weighted: { score: estimate(valuesOf(items)), macroF1: withClasses(f1, weights) },
    macro: {
      score: weightedMean(
        scores,
        scores.map(() => 1),
      ),
      macroF1: withClasses(
        f1,
        f1.map(() => 1),
      ),
    },
    unread: unreadOf(items),
  };
}

/** Null where a column has no classes, or there is no column. */
const withClasses = (values: readonly (number | null)[], weights: readonly number[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0 ? null : weightedMean(known, weights);
};

/** Sum of values times weights over the sum of the weights; 0 without values. */
export function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? 0 : values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / total;
}

function classesOf(items: Iterable<ItemReading>): BenchmarkSummary['classes'] {
  const scores = new Map<string, Grouped>();
  for (const { expected, group, score } of items) {
    const own = scores.get(expected) ?? new Grouped();
    scores.set(expected, own);
    own.add(group, score);
  }
  const byLabel = [...scores].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...confusionMatrix(items),
    recall: byLabel.map(([label, own]) => {
      const { value: recall, ...interval } = estimate(own);
      return { label, items: own.length, recall, ...interval };
    }),
  };
}
