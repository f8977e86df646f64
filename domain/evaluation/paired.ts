/** Two models on the same questions: difference of accuracies and its test. */
import type { Random } from '../random.ts';
import { groupedInterval, type Interval, type Outcome } from './intervals.ts';

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

/** Pairs outcomes by id. Throws a RangeError where the two share no question. */
export function comparePaired(first: readonly Outcome[], second: readonly Outcome[], random: Random): PairedComparison {
  const byId = new Map(first.map((outcome) => [outcome.id, outcome]));
  const pairs = second.flatMap((b) => {
    const a = byId.get(b.id);
    return a ? [{ group: b.group, a: a.correct, b: b.correct }] : [];
  });
  if (pairs.length === 0) throw new RangeError('the two evaluations share no question');
  const onlyFirst = pairs.filter(({ a, b }) => a && !b).length;
  const onlySecond = pairs.filter(({ a, b }) => b && !a).length;
  const differences = pairs.map(({ group, a, b }) => ({ group, value: Number(b) - Number(a) }));
  return {
    items: pairs.length,
    difference: (onlySecond - onlyFirst) / pairs.length,
    ...groupedInterval(differences, { least: -1, most: 1 }, random),
    onlyFirst,
    onlySecond,
    p: mcnemarExact(onlyFirst, onlySecond),
  };
}

/**
 * McNemar's exact test: two-sided binomial p of the discordant pairs under equal odds, at most 1.
 *
 * @param b pairs that only the first got right
 * @param c pairs that only the second got right
 */
export function mcnemarExact(b: number, c: number): number {
  const n = b + c;
  // In logarithms: 0.5 ** n vanishes beyond n = 1,074.
  let logTerm = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(b, c); k += 1) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(n - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}
