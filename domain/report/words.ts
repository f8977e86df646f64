/** Numbers as the report and the model card write them. */
import type { Interval } from '../evaluation/intervals.ts';
import type { QuestionTask } from '../questions/question.ts';

export const taskTitles: Record<QuestionTask, string> = {
  diagnosis: 'Disease diagnosis',
  'lesion-condition': 'Lesion condition',
  ddx: 'Differential diagnosis',
  hierarchical: 'Hierarchical diagnosis',
};

/**
 * What intervals are by and groups are counted in, also where `data.groupBy` deals image by image: answers about one
 * patient hang together all the same. Of a set that names no patients it is their lesions.
 */
export const groupUnits = 'patients';

/** `0.897` as `89.7 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** `86.2 to 93.3 %`. */
export const percentRange = ({ low, high }: Interval): string =>
  `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %`;

const signed = (share: number): string => {
  const digits = (100 * Math.abs(share)).toFixed(1);
  if (digits === '0.0') return digits;
  return share < 0 ? `−${digits}` : `+${digits}`;
};

/** A difference of shares in percentage points: `+13.8`, `−0.4`, `0.0`. */
export const points = signed;

/** `+9.4 to +18.2`. */
export const pointsRange = ({ low, high }: Interval): string => `${signed(low)} to ${signed(high)}`;

/** `p < 0.001`, `p = 0.04`. */
export const pValue = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${Number(p.toPrecision(2))}`);

/** The least true difference that a test would find; no two shares differ by more than 100 points. */
export const detectableWords = (share: number): string => (share >= 1 ? 'none' : points(share));
