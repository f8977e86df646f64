/** Any benchmark by an attribute of its items, e.g. the skin tone: the worst group, and its gap to the best. */
import type { ReaderName, ScoredItem } from '../../evaluation/scored.ts';
import { clusteredInterval, type GroupedValue, type Interval } from '../../evaluation/statistics/clustered.ts';

interface AttributeGroup extends Interval {
  value: string;
  items: number;
  /** Patients or lesions. */
  groups: number;
  score: number;
}

export interface AttributeSummary {
  attribute: string;
  /** Items whose set does not note the attribute; they are in no group. */
  unknown: number;
  /** By the attribute's values, sorted. */
  groups: AttributeGroup[];
  worst: AttributeGroup | null;
  /**
   * Score of the best group less that of the worst. The two are picked for being the extremes, so the interval is that of
   * all pairs of groups together (Bonferroni); a gap is shown where it lies above 0. Null with fewer than two groups.
   */
  gap: (Interval & { best: string; worst: string; value: number; shown: boolean }) | null;
}

const range = { least: 0, most: 1 };

export function byAttribute(
  items: readonly ScoredItem[],
  attribute: string,
  reader: ReaderName = 'strict',
): AttributeSummary {
  const known = items.filter(({ attributes }) => attributes[attribute] !== undefined);
  const values = Map.groupBy(known, ({ attributes }) => attributes[attribute] ?? '');
  const groups = [...values]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([value, own]): AttributeGroup => ({
        value,
        items: own.length,
        groups: new Set(own.map(({ group }) => group)).size,
        score: own.reduce((sum, item) => sum + item[reader].score, 0) / own.length,
        ...clusteredInterval(scoresOf(own, reader), range),
      }),
    );
  const sorted = groups.toSorted((a, b) => a.score - b.score);
  const [worst, best] = [sorted[0] ?? null, sorted.at(-1) ?? null];
  const gap =
    worst && best && worst !== best
      ? gapOf(
          worst,
          best,
          (value) => scoresOf(values.get(value) ?? [], reader),
          (groups.length * (groups.length - 1)) / 2,
        )
      : null;
  return { attribute, unknown: items.length - known.length, groups, worst, gap };
}

const scoresOf = (items: readonly ScoredItem[], reader: ReaderName): GroupedValue[] =>
  items.map((item) => ({ group: item.group, value: item[reader].score }));

/** Interval of a difference out of the intervals of both (MOVER; Newcombe 1998): their own shapes are kept. */
function gapOf(
  worst: AttributeGroup,
  best: AttributeGroup,
  scores: (value: string) => GroupedValue[],
  pairs: number,
): AttributeSummary['gap'] {
  const confidence = 1 - 0.05 / pairs;
  const [low, high] = [worst, best].map(({ value }) => clusteredInterval(scores(value), range, confidence));
  if (!low || !high) return null;
  const value = best.score - worst.score;
  const below = value - Math.hypot(best.score - high.low, low.high - worst.score);
  return {
    ...{ best: best.value, worst: worst.value, value, low: below },
    high: Math.min(1, value + Math.hypot(high.high - best.score, worst.score - low.low)),
    shown: below > 0,
  };
}
