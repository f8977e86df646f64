/** 95 % confidence intervals. Items of one patient are not independent, so resampling takes whole patients. */
import type { Random } from '../random.ts';

export interface Interval {
  low: number;
  high: number;
}

/** 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;
const defaultResamples = 2000;

/** Wilson score interval (Wilson 1927) of a binomial proportion; `[0, 1]` without trials. */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const share = successes / trials;
  const denominator = 1 + z ** 2 / trials;
  const centre = (share + z ** 2 / (2 * trials)) / denominator;
  const half = (z / denominator) * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface GroupedValue {
  group: string;
  value: number;
}

/** Sum and number of the values of each group, in the order in which groups first occur. */
const totalsOf = (values: readonly GroupedValue[]): { sum: number; count: number }[] =>
  [...Map.groupBy(values, ({ group }) => group).values()].map((members) => ({
    sum: members.reduce((sum, { value }) => sum + value, 0),
    count: members.length,
  }));

/**
 * Percentile interval of a mean by the cluster bootstrap (Field and Welsh 2007): groups are drawn with replacement and
 * bring all their values.
 */
export function clusterBootstrap(
  values: readonly GroupedValue[],
  random: Random,
  resamples = defaultResamples,
): Interval {
  const totals = totalsOf(values);
  if (totals.length === 0) throw new RangeError('an interval needs at least one value');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    let count = 0;
    for (let draw = 0; draw < totals.length; draw += 1) {
      const group = random.pick(totals);
      sum += group.sum;
      count += group.count;
    }
    return sum / count;
  }).sort();
  return { low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export interface Outcome {
  id: string;
  group: string;
  correct: boolean;
}

/** Interval of an accuracy; `[0, 1]` without items. */
export const accuracyInterval = (outcomes: readonly Outcome[], random: Random): Interval =>
  groupedInterval(
    outcomes.map(({ group, correct }) => ({ group, value: correct ? 1 : 0 })),
    { least: 0, most: 1 },
    random,
  );

/**
 * Interval of a mean of values between `least` and `most`, by the cluster bootstrap. Where every group has the same mean,
 * e.g. because all items are right or there is one group, resampling has no spread. Then the interval allows for groups
 * that were not seen: at most the share that Wilson's interval gives for none of as many groups, with any value.
 */
export function groupedInterval(
  values: readonly GroupedValue[],
  { least, most }: { least: number; most: number },
  random: Random,
): Interval {
  const totals = totalsOf(values);
  const [mean = 0, ...others] = new Set(totals.map(({ sum, count }) => sum / count));
  if (others.length > 0) return clusterBootstrap(values, random);
  const unseen = wilsonInterval(0, totals.length).high;
  return { low: mean - unseen * (mean - least), high: mean + unseen * (most - mean) };
}
