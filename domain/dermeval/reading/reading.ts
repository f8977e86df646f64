/** What one place in a judge's text says of one dimension. */
import type { Dimension } from '../dimensions.ts';
import type { Value } from './value.ts';

export interface ScoreReading {
  dimension: Dimension;
  /** Where it stands in its text. */
  at: number;
  /** Null: the place names the dimension and gives it no score. */
  value: Pick<Value, 'raw' | 'scale'> | null;
}

/** Says no score, or one that cannot be. */
export const noScore =
  /^(?:n\s?\/?\s?a\b|not\s+(?:applicable|assess|evalua|scor|rated|rat|provided|given|determin|possible|enough)|none\b|null\b|nan\b|nil\b|cannot\b|can't\b|unable\b|unknown\b|missing\b|no\s+(?:score|rating)|unscored\b|\?|无法|無法|不适用|不適用|未提供|未评|无(?:$|\s)|-\s*(?:$|\n|\|))/iu;

/** All that stands in brackets or in the head of a column, e.g. `0-3` or `Score (max. 4)`. */
const otherScale =
  /^\s*(?:(?:scores?|ratings?|grades?|points|scale|range)?\s*[:(]?\s*)?(?:(?:from\s+)?[01]\s*(?:-|to|~)\s*|out\s+of\s+|\/\s*|max(?:imum)?\.?\s*(?:of|:)?\s*)(\d{1,3}(?:\.\d+)?)\s*\)?\s*$/iu;

/**
 * The most of a scale that is said in words: `0-10`, `out of 10`, `/10`, `满分10分`. Also of one that nobody asked for, by
 * which there is no score.
 */
export function scaleSaid(text: string): number | null {
  const found =
    /(?:(?<!\d)[01]\s*(?:-|to|~|到|至)\s*|out\s+of\s+|\/\s*|满分\s*(?:为|:)?\s*|滿分\s*|max(?:imum)?\.?\s*(?:of|:)?\s*|scale\s+of\s+|scale:\s*)(100|10|5)(?![\d.])/iu.exec(
      text,
    );
  const other = found ?? otherScale.exec(text);
  return other ? Number(other[1]) : null;
}
