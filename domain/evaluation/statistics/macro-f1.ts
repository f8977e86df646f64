/** Macro-F1 with an interval by whole groups: the jackknife that leaves out one patient or lesion at a time. */
import { type Interval, wilson } from './clustered.ts';
import { tQuantile } from './student-t.ts';

export interface GroupedPrediction {
  group: string;
  expected: string;
  /** Null: no answer could be read; wrong for every label. */
  predicted: string | null;
}

interface Counts {
  hits: number;
  expected: number;
  predicted: number;
}

type CountsByLabel = Map<string, Counts>;

/** Hits, expected and predicted of each label; what could not be read is predicted as none. */
export function countsOf(predictions: readonly Omit<GroupedPrediction, 'group'>[]): CountsByLabel {
  const counts: CountsByLabel = new Map();
  const of = (label: string): Counts => {
    const own = counts.get(label) ?? { hits: 0, expected: 0, predicted: 0 };
    counts.set(label, own);
    return own;
  };
  for (const { expected, predicted } of predictions) {
    of(expected).expected += 1;
    if (predicted !== null) of(predicted).predicted += 1;
    if (predicted === expected) of(expected).hits += 1;
  }
  return counts;
}

/** Mean of F1 over the labels that occur, less what one group adds to the counts; 0 where none occurs. */
export function macroF1Of(all: CountsByLabel, without: CountsByLabel = new Map()): number {
  let [sum, labels] = [0, 0];
  for (const [label, { hits, expected, predicted }] of all) {
    const less = without.get(label) ?? { hits: 0, expected: 0, predicted: 0 };
    if (expected === less.expected) continue;
    labels += 1;
    sum += (2 * (hits - less.hits)) / (expected - less.expected + predicted - less.predicted);
  }
  return labels === 0 ? 0 : sum / labels;
}

export interface MacroF1 extends Interval {
  value: number;
  /** Of the jackknife; Infinity for one group. */
  standardError: number;
}

/**
 * Macro-F1 over the labels that occur as the right answer (the paper's reading: two classes in Derm7pt). The interval is
 * that of t with the groups less one as degrees of freedom, cut to [0, 1]. Where every group agrees it allows for groups
 * that were not seen, as `clusteredInterval` does; of one group, or of nothing, it is [0, 1].
 */
export function macroF1Interval(predictions: readonly GroupedPrediction[]): MacroF1 {
  const all = countsOf(predictions);
  const value = macroF1Of(all);
  const groups = [...Map.groupBy(predictions, ({ group }) => group).values()];
  if (groups.length < 2) return { value, low: 0, high: 1, standardError: Number.POSITIVE_INFINITY };
  const without = groups.map((own) => macroF1Of(all, countsOf(own)));
  const mean = without.reduce((sum, each) => sum + each, 0) / groups.length;
  const squares = without.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const standardError = Math.sqrt(((groups.length - 1) / groups.length) * squares);
  const t = tQuantile(0.975, groups.length - 1);
  if (standardError < 1e-12) {
    const unseen = wilson(0, groups.length, t).high;
    return { value, standardError, low: value - unseen * value, high: value + unseen * (1 - value) };
  }
  return {
    value,
    standardError,
    low: Math.max(0, value - t * standardError),
    high: Math.min(1, value + t * standardError),
  };
}
