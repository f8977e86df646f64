/**
 * Means of values that come in groups (items of one patient or lesion), with intervals that keep their coverage where
 * groups are few: the variance is CR2 with Bell and McCaffrey's degrees of freedom (2002), the interval is Wilson's with
 * the design effect and a quantile of t in place of the normal's (Dean and Pagano 2015; Franco et al. 2019). How often
 * they hold the truth is measured by test/unit/evaluation/statistics/coverage.test.ts.
 */
import { tQuantile } from './student-t.ts';

export interface GroupedValue {
  group: string;
  value: number;
}

export interface ClusteredMean {
  mean: number;
  /** CR2; 0 where all groups agree. */
  standardError: number;
  /** Degrees of freedom, at most the groups less one; at least 1. */
  df: number;
  items: number;
  groups: number;
}

interface Totals {
  sum: number;
  count: number;
}

/** Sum and number of the values of each group, in the order in which groups first occur. */
export function groupTotals(values: Iterable<GroupedValue>): Totals[] {
  const totals = new Map<string, Totals>();
  for (const { group, value } of values) {
    const own = totals.get(group);
    if (own) {
      own.sum += value;
      own.count += 1;
    } else totals.set(group, { sum: value, count: 1 });
  }
  return [...totals.values()];
}

const sumOf = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0);

/**
 * Mean with its cluster-robust standard error. For a mean, CR2 divides the squared residual of each group by one less
 * its share of the items. One group has no standard error: it is Infinity, with 1 degree of freedom.
 * Throws a RangeError of an empty list.
 */
export function clusteredMean(values: Iterable<GroupedValue>): ClusteredMean {
  const totals = groupTotals(values);
  const items = sumOf(totals.map(({ count }) => count));
  if (items === 0) throw new RangeError('a mean needs at least one value');
  const mean = sumOf(totals.map(({ sum }) => sum)) / items;
  const groups = totals.length;
  if (groups === 1) return { mean, standardError: Number.POSITIVE_INFINITY, df: 1, items, groups };
  const variance = sumOf(totals.map(({ sum, count }) => (sum - mean * count) ** 2 / (1 - count / items))) / items ** 2;
  return { mean, standardError: Math.sqrt(variance), df: degreesOfFreedom(totals, items), items, groups };
}

/**
 * Satterthwaite's degrees of freedom of CR2 for a mean, under independent errors: 1 / (sum of h_i^2 + sum over pairs of
 * c_i c_j) with h_i the share of a group and c_i = h_i^2 / (1 - h_i). Groups of equal size give their number less one.
 */
function degreesOfFreedom(totals: readonly Totals[], items: number): number {
  const shares = totals.map(({ count }) => count / items);
  const weights = shares.map((h) => h ** 2 / (1 - h));
  const pairs = sumOf(weights) ** 2 - sumOf(weights.map((c) => c ** 2));
  return Math.max(1, 1 / (sumOf(shares.map((h) => h ** 2)) + pairs));
}

export interface Bounds {
  least: number;
  most: number;
}

export interface Interval {
  low: number;
  high: number;
}

/**
 * Interval of the mean of values between `least` and `most`; all that is possible without values, or of one group.
 *
 * The variance is never taken to be less than that of independent items (a design effect of at least 1). It is known by the
 * groups that differ from the rest: where these are few, it is drawn towards the variance of groups whose items are all
 * alike, which has the weight of two groups. Where no value differs from another nothing is known of the spread, and each
 * group counts as one trial of a Wilson interval.
 *
 * @param confidence e.g. 0.95
 */
export function clusteredInterval(
  values: readonly GroupedValue[],
  { least, most }: Bounds,
  confidence = 0.95,
): Interval {
  if (values.length === 0) return { low: least, high: most };
  const { mean, standardError, df, groups } = clusteredMean(values);
  if (groups === 1) return { low: least, high: most };
  const t = tQuantile(0.5 + confidence / 2, df);
  const variance = cautiousVariance(values, mean, standardError);
  if (variance <= Number.EPSILON * (most - least) ** 2) return withoutSpread(values, mean, { least, most }, t);
  // On the scale from 0 to 1 the variance is that of `trials` independent trials of this share.
  const share = (mean - least) / (most - least);
  const trials = (share * (1 - share) * (most - least) ** 2) / variance;
  const { low, high } = wilson(share, trials, t);
  return { low: least + low * (most - least), high: least + high * (most - least) };
}

/** Weight of the groups whose items are taken to be alike, in groups. */
const caution = 2;

function cautiousVariance(values: readonly GroupedValue[], mean: number, standardError: number): number {
  const independent = sumOf(values.map(({ value }) => (value - mean) ** 2)) / values.length ** 2;
  const measured = Math.max(standardError ** 2, independent);
  const alike = independent * values.length * sharesOf(values);
  const differing = groupsThatDiffer(values);
  return (differing * measured + caution * Math.max(measured, alike)) / (differing + caution);
}

/** Sum of the squared shares of the groups: 1 over the number of groups of equal size that would weigh the same. */
const sharesOf = (values: readonly GroupedValue[]): number =>
  sumOf(groupTotals(values).map(({ count }) => (count / values.length) ** 2));

/** Groups that would have to be left out before all values were the same. */
function groupsThatDiffer(values: readonly GroupedValue[]): number {
  const kinds = new Map<string, number | null>(); // the one value of a group, null where it has several
  for (const { group, value } of values)
    kinds.set(group, kinds.has(group) && kinds.get(group) !== value ? null : value);
  const pure = Map.groupBy(
    [...kinds.values()].filter((value) => value !== null),
    (value) => value,
  );
  return kinds.size - Math.max(0, ...[...pure.values()].map(({ length }) => length));
}

/** Groups that were not seen may have any mean: at most a share that Wilson's interval gives for none of as many. */
function withoutSpread(values: readonly GroupedValue[], mean: number, { least, most }: Bounds, t: number): Interval {
  const unseen = wilson(0, 1 / sharesOf(values), t).high;
  return { low: mean - unseen * (mean - least), high: mean + unseen * (most - mean) };
}

/** Wilson's score interval of a share of so many independent trials, which need not be whole. */
export function wilson(share: number, trials: number, quantile: number): Interval {
  const square = quantile ** 2;
  const denominator = 1 + square / trials;
  const centre = (share + square / (2 * trials)) / denominator;
  const half = (quantile / denominator) * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
