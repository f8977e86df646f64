/** Two models on the same questions: difference of accuracies and its tests. */
import { Column, Numbering } from '../rows/columns.ts';
import type { Interval, Outcome } from './intervals.ts';
import { clusteredInterval, clusteredMean } from './statistics/clustered.ts';
import { Grouped } from './statistics/grouped.ts';
import { groupSignTest, mcnemarExact } from './statistics/mcnemar.ts';

interface PairedComparison extends Interval {
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

/** Pairs outcomes by id; each list is read once. Throws a RangeError where the two share no question. */
export const comparePaired = (first: Iterable<Outcome>, second: Iterable<Outcome>): PairedComparison =>
  comparisonOf(differencesOf(first, second));

function comparisonOf(differences: Grouped): PairedComparison {
  const count = (wanted: number): number => differences.overValues((value) => Number(value === wanted));
  const [onlyFirst, onlySecond] = [count(-1), count(1)];
  return {
    items: differences.length,
    difference: (onlySecond - onlyFirst) / differences.length,
    ...clusteredInterval(differences, { least: -1, most: 1 }),
    onlyFirst,
    onlySecond,
    p: mcnemarExact(onlyFirst, onlySecond),
  };
}

interface GroupedComparison extends PairedComparison {
  groups: number;
  /** Of the difference, by groups; Infinity for one group. */
  standardError: number;
  df: number;
  /** Two-sided p of the exact test by groups: the one to decide by. */
  groupP: number;
}

/** The same, with the test by whole groups. */
export function compareByGroups(first: Iterable<Outcome>, second: Iterable<Outcome>): GroupedComparison {
  const differences = differencesOf(first, second);
  const { groups, standardError, df } = clusteredMean(differences);
  const sums = Array.from({ length: groups }, (_, group) => differences.sumOf(group));
  const groupP = groupSignTest(sums).p;
  return { ...comparisonOf(differences), groups, standardError, df, groupP };
}

/** 1 where only the second was right, -1 where only the first was, in the order of the second. */
function differencesOf(first: Iterable<Outcome>, second: Iterable<Outcome>): Grouped {
  const [numbering, correct] = [new Numbering(), new Column()];
  for (const outcome of first) {
    const number = numbering.of(outcome.id);
    if (number === correct.length) correct.push(Number(outcome.correct));
    else correct.set(number, Number(outcome.correct));
  }
  const differences = new Grouped();
  for (const outcome of second) {
    const number = numbering.find(outcome.id);
    if (number >= 0) differences.add(outcome.group, Number(outcome.correct) - correct.at(number));
  }
  if (differences.length === 0) throw new RangeError('the two evaluations share no question');
  return differences;
}
