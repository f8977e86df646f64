/**
 * Means of values that come in groups (items of one patient or lesion), with intervals that keep their coverage where
 * groups are few: the variance is CR2 with Bell and McCaffrey's degrees of freedom (2002), the interval is Wilson's with
 * the design effect and a quantile of t in place of the normal's (Dean and Pagano 2015; Franco et al. 2019). How often
 * they hold the truth is measured by test/unit/evaluation/statistics/coverage.test.ts.
 */
import { type Grouped, type GroupedValue, groupedOf } from './grouped.ts';
import { tQuantile } from './student-t.ts';

export type { GroupedValue } from './grouped.ts';

export interface ClusteredMean {
  mean: number;
  /** CR2; 0 where all groups agree. */
  standardError: number;
  /** Degrees of freedom, at most the groups less one; at least 1. */
  df: number;
  items: number;
  groups: number;
}

/** Any number of values, read once. */
type Values = Iterable<GroupedValue> | Grouped;

/**
 * Mean with its cluster-robust standard error. For a mean, CR2 divides the squared residual of each group by one less
 * its share of the items. One group has no standard error: it is Infinity, with 1 degree of freedom.
 * Throws a RangeError of an empty list.
 */
export function clusteredMean(given: Values): ClusteredMean {
  const values = groupedOf(given);
  const { length: items, groupCount: groups } = values;
  if (items === 0) throw new RangeError('a mean needs at least one value');
  const mean = values.overGroups((sum) => sum) / items;
  if (groups === 1) return { mean, standardError: Number.POSITIVE_INFINITY, df: 1, items, groups };
  const squares = values.overGroups((sum, count) => (sum - mean * count) ** 2 / (1 - count / items));
  const variance = squares / items ** 2;
  return { mean, standardError: Math.sqrt(variance), df: degreesOfFreedom(values), items, groups };
}

/**
 * Satterthwaite's degrees of freedom of CR2 for a mean, under independent errors: 1 / (sum of h_i^2 + sum over pairs of
 * c_i c_j) with h_i the share of a group and c_i = h_i^2 / (1 - h_i). Groups of equal size give their number less one.
 */
function degreesOfFreedom(values: Grouped): number {
  const weightOf = (count: number): number => {
    const share = count / values.length;
    return share ** 2 / (1 - share);
  };
  const pairs =
    values.overGroups((_, count) => weightOf(count)) ** 2 - values.overGroups((_, count) => weightOf(count) ** 2);
  return Math.max(1, 1 / (sharesOf(values) + pairs));
}

interface Bounds {
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
export function clusteredInterval(given: Values, { least, most }: Bounds, confidence = 0.95): Interval {
  const values = groupedOf(given);
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

function cautiousVariance(values: Grouped, mean: number, standardError: number): number {
  const independent = values.overValues((value) => (value - mean) ** 2) / values.length ** 2;
  const measured = Math.max(standardError ** 2, independent);
  const alike = independent * values.length * sharesOf(values);
  const differing = values.groupsThatDiffer();
  return (differing * measured + caution * Math.max(measured, alike)) / (differing + caution);
}

/** Sum of the squared shares of the groups: 1 over the number of groups of equal size that would weigh the same. */
const sharesOf = (values: Grouped): number => values.overGroups((_, count) => (count / values.length) ** 2);

/** Groups that were not seen may have any mean: at most a share that Wilson's interval gives for none of as many. */
function withoutSpread(values: Grouped, mean: number, { least, most }: Bounds, t: number): Interval {
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
