/** Two models on the same questions: difference of accuracies and its tests. */
import { Column, Numbering } from '../rows/columns.ts';
import type { Interval, Outcome } from './intervals.ts';
import { clusteredInterval } from './statistics/clustered.ts';
import { Grouped } from './statistics/grouped.ts';
import { mcnemarExact } from './statistics/mcnemar.ts';

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
export function comparePaired(first: Iterable<Outcome>, second: Iterable<Outcome>): PairedComparison {
  const differences = differencesOf(first, second);
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
