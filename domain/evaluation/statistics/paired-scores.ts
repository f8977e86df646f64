/** The test by which two evaluations of the same items are told apart: scores of any kind, by whole groups. */
import { type ClusteredMean, clusteredInterval, clusteredMean, type GroupedValue, type Interval } from './clustered.ts';
import { groupSignTest } from './mcnemar.ts';
import { minimumDetectable, type PowerSettings, usualPower } from './power.ts';
import { tQuantile, tTwoSided } from './student-t.ts';

export interface ScoreTest extends Interval {
  items: number;
  groups: number;
  /** Mean of the second less mean of the first; `low` and `high` are its 95 % interval. */
  difference: number;
  /** Two-sided. */
  p: number;
  /** `exact`: signs of whole groups, where items are right or wrong. `t`: CR2, where scores are shares. */
  test: 'exact' | 't';
  /** The least true difference that such a test finds with the power asked for. */
  detectable: number;
}

/**
 * Of one difference for each item, second less first. With one group nothing can be tested: p is 1 and `detectable` is all
 * that is possible. Throws a RangeError without items.
 */
export function testScores(differences: readonly GroupedValue[], settings: PowerSettings = usualPower): ScoreTest {
  const clustered = clusteredMean(differences);
  const { mean, standardError, df, items, groups } = clustered;
  const interval = clusteredInterval(differences, { least: -1, most: 1 });
  const counts = differences.every(({ value }) => Number.isInteger(value));
  // Where all items agree there is no spread to go by; the interval then says what might have been missed.
  const error = Math.max(
    Number.isFinite(standardError) ? standardError : 0,
    (interval.high - interval.low) / 2 / tQuantile(0.975, df),
  );
  return {
    items,
    groups,
    difference: mean,
    ...interval,
    p: groups === 1 ? 1 : counts ? groupSignTest(sumsOf(differences)).p : tP(clustered),
    test: counts ? 'exact' : 't',
    detectable: groups === 1 ? 2 : Math.min(2, minimumDetectable({ standardError: error, df }, settings)),
  };
}

const sumsOf = (values: readonly GroupedValue[]): number[] =>
  [...Map.groupBy(values, ({ group }) => group).values()].map((own) => own.reduce((sum, { value }) => sum + value, 0));

/** Where every group has the same difference its sign is all that can be tested. */
function tP({ mean, standardError, df, groups }: ClusteredMean): number {
  if (standardError > 1e-12) return tTwoSided(mean / standardError, df);
  return Math.abs(mean) < 1e-12 ? 1 : Math.min(1, 2 * 0.5 ** groups);
}
