/** How far a judge agrees with people, and with itself, on a scale from 0 to 5. */
import { clusteredInterval, type GroupedValue, type Interval } from './statistics/clustered.ts';
import { tQuantile } from './statistics/student-t.ts';

interface ScoredTwice {
  /** Patient or lesion. */
  group: string;
  judge: number;
  person: number;
}

export interface Agreement {
  items: number;
  groups: number;
  /** Mean absolute deviation, with its 95 % interval by groups. */
  deviation: Interval & { value: number };
  /** Mean of judge less person: above 0 the judge is kinder. */
  bias: Interval & { value: number };
  /** Pearson's; null where one side has no spread or there are fewer than three items. */
  correlation: (Interval & { value: number }) | null;
}

/** Throws a RangeError without items. */
export function agreementOf(pairs: readonly ScoredTwice[]): Agreement {
  if (pairs.length === 0) throw new RangeError('agreement needs at least one item that both scored');
  const differences = pairs.map(({ group, judge, person }) => ({ group, value: judge - person }));
  const sizes = differences.map(({ group, value }) => ({ group, value: Math.abs(value) }));
  return {
    items: pairs.length,
    groups: new Set(pairs.map(({ group }) => group)).size,
    deviation: { value: meanOf(sizes), ...clusteredInterval(sizes, { least: 0, most: 5 }) },
    bias: { value: meanOf(differences), ...clusteredInterval(differences, { least: -5, most: 5 }) },
    correlation: correlationOf(pairs),
  };
}

const meanOf = (values: readonly GroupedValue[]): number =>
  values.reduce((sum, { value }) => sum + value, 0) / values.length;

/** Sums from which a correlation follows, of scores less their means: those of a rater who always says 4.1 cancel out. */
interface Moments {
  n: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

const momentsOf = (pairs: readonly Pick<ScoredTwice, 'judge' | 'person'>[]): Moments =>
  pairs.reduce(
    ({ n, x, y, xx, yy, xy }, { judge, person }) => ({
      ...{ n: n + 1, x: x + judge, y: y + person },
      ...{ xx: xx + judge ** 2, yy: yy + person ** 2, xy: xy + judge * person },
    }),
    { n: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 },
  );

const less = (all: Moments, own: Moments): Moments => ({
  ...{ n: all.n - own.n, x: all.x - own.x, y: all.y - own.y },
  ...{ xx: all.xx - own.xx, yy: all.yy - own.yy, xy: all.xy - own.xy },
});

function pearson({ n, x, y, xx, yy, xy }: Moments): number | null {
  if (n < 3) return null;
  const [spreadX, spreadY] = [xx - x ** 2 / n, yy - y ** 2 / n];
  // What is left of equal scores after rounding is no spread.
  if (spreadX < 1e-9 * Math.max(1, xx) || spreadY < 1e-9 * Math.max(1, yy)) return null;
  return Math.max(-1, Math.min(1, (xy - (x * y) / n) / Math.sqrt(spreadX * spreadY)));
}

/** Fisher's z is nearly normal; it is cut where a correlation of 1 would be infinite. */
const fisher = (r: number): number => Math.atanh(Math.max(-0.999999, Math.min(0.999999, r)));

/** The interval is the jackknife's on Fisher's z, leaving out one group at a time; all that is possible where it fails. */
function correlationOf(given: readonly ScoredTwice[]): Agreement['correlation'] {
  const { n, x, y } = momentsOf(given);
  const pairs = given.map(({ group, judge, person }) => ({ group, judge: judge - x / n, person: person - y / n }));
  const all = momentsOf(pairs);
  const value = pearson(all);
  if (value === null) return null;
  const groups = [...Map.groupBy(pairs, ({ group }) => group).values()];
  const without = groups.flatMap((own) => {
    const r = pearson(less(all, momentsOf(own)));
    return r === null ? [] : [fisher(r)];
  });
  const count = groups.length;
  if (count < 4 || without.length < count) return { value, low: -1, high: 1 };
  const mean = without.reduce((sum, z) => sum + z, 0) / count;
  const squares = without.reduce((sum, z) => sum + (z - mean) ** 2, 0);
  const half = tQuantile(0.975, count - 1) * Math.sqrt(((count - 1) / count) * squares);
  const [low, high] = [Math.tanh(fisher(value) - half), Math.tanh(fisher(value) + half)];
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}

/**
 * Standard deviation of one text's scores, over texts that were judged several times: pooled from their variances. Null
 * where none was.
 */
export function repeatability(texts: readonly (readonly number[])[]): number | null {
  const several = texts.filter(({ length }) => length > 1);
  const freedom = several.reduce((sum, { length }) => sum + length - 1, 0);
  if (freedom === 0) return null;
  const squares = several.reduce((sum, scores) => {
    const mean = scores.reduce((total, score) => total + score, 0) / scores.length;
    return sum + scores.reduce((total, score) => total + (score - mean) ** 2, 0);
  }, 0);
  return Math.sqrt(squares / freedom);
}
