/** Two models on the same questions: difference of accuracies and its tests. */
import type { Interval, Outcome } from './intervals.ts';
import { clusteredInterval, clusteredMean } from './statistics/clustered.ts';
import { groupSignTest, mcnemarExact } from './statistics/mcnemar.ts';

export interface PairedComparison extends Interval {
  /** Questions that both answered. */
  items: number;
  /** Accuracy of the second minus accuracy of the first; `low` and `high` are its 95 % interval. */
  difference: number;
  /** Questions that only the first, and only the second, answered rightly. */
  onlyFirst: number;
  onlySecond: number;
  /** Two-sided p of McNemar's exact test. It takes items as independent; with several items per patient see the interval. */
  p: number;
}

interface Pair {
  group: string;
  a: boolean;
  b: boolean;
}

/** Pairs outcomes by id. Throws a RangeError where the two share no question. */
export function comparePaired(first: readonly Outcome[], second: readonly Outcome[]): PairedComparison {
  const pairs = pairOutcomes(first, second);
  const onlyFirst = pairs.filter(({ a, b }) => a && !b).length;
  const onlySecond = pairs.filter(({ a, b }) => b && !a).length;
  return {
    items: pairs.length,
    difference: (onlySecond - onlyFirst) / pairs.length,
    ...clusteredInterval(differences(pairs), { least: -1, most: 1 }),
    onlyFirst,
    onlySecond,
    p: mcnemarExact(onlyFirst, onlySecond),
  };
}

export interface GroupedComparison extends PairedComparison {
  groups: number;
  /** Of the difference, by groups; Infinity for one group. */
  standardError: number;
  df: number;
  /** Two-sided p of the exact test by groups: the one to decide by. */
  groupP: number;
}

/** The same, with the test by whole groups. */
export function compareByGroups(first: readonly Outcome[], second: readonly Outcome[]): GroupedComparison {
  const values = differences(pairOutcomes(first, second));
  const { groups, standardError, df } = clusteredMean(values);
  const sums = [...Map.groupBy(values, ({ group }) => group).values()].map((own) =>
    own.reduce((sum, { value }) => sum + value, 0),
  );
  return { ...comparePaired(first, second), groups, standardError, df, groupP: groupSignTest(sums).p };
}

function pairOutcomes(first: readonly Outcome[], second: readonly Outcome[]): Pair[] {
  const byId = new Map(first.map((outcome) => [outcome.id, outcome]));
  const pairs = second.flatMap((b) => {
    const a = byId.get(b.id);
    return a ? [{ group: b.group, a: a.correct, b: b.correct }] : [];
  });
  if (pairs.length === 0) throw new RangeError('the two evaluations share no question');
  return pairs;
}

const differences = (pairs: readonly Pair[]): { group: string; value: number }[] =>
  pairs.map(({ group, a, b }) => ({ group, value: Number(b) - Number(a) }));
