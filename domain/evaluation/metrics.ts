/** Point measures of classification: accuracy, confusion matrix, macro-averaged F1. */
import { countsOf, macroF1Of } from './statistics/macro-f1.ts';

export interface Prediction {
  expected: string;
  /** Null: no answer could be read; wrong for every label. */
  predicted: string | null;
}

/** Share of predictions that are right; 0 of an empty list. */
export const accuracy = (predictions: readonly Prediction[]): number =>
  shareOf(predictions, ({ expected, predicted }) => expected === predicted);

/** Share of a list for which a condition holds; 0 of an empty list. */
export const shareOf = <T>(list: readonly T[], holds: (element: T) => boolean): number =>
  list.length === 0 ? 0 : list.filter(holds).length / list.length;

export interface ConfusionMatrix {
  /** Every label that was expected or predicted, sorted. */
  labels: string[];
  /** `counts[i][j]`: items of label i that were predicted as label j. */
  counts: number[][];
  /** Items of label i without a readable answer. */
  unparsed: number[];
}

export function confusionMatrix(predictions: readonly Prediction[]): ConfusionMatrix {
  const named = predictions.flatMap(({ expected, predicted }) =>
    predicted === null ? [expected] : [expected, predicted],
  );
  const labels = [...new Set(named)].toSorted();
  const place = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  const unparsed = new Array<number>(labels.length).fill(0);
  for (const { expected, predicted } of predictions) {
    const row = place.get(expected) ?? 0;
    const cells = predicted === null ? unparsed : counts[row];
    const cell = predicted === null ? row : (place.get(predicted) ?? 0);
    if (cells) cells[cell] = (cells[cell] ?? 0) + 1;
  }
  return { labels, counts, unparsed };
}

/**
 * Unweighted mean, over the labels that occur as the right answer, of F1 = 2 TP / (2 TP + FP + FN). A label that is
 * only ever predicted lowers the F1 of the labels it displaced, and is no class of its own (so the paper counts two
 * classes of Derm7pt).
 */
export const macroF1 = (predictions: readonly Prediction[]): number => macroF1Of(countsOf(predictions));
