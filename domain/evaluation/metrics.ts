/** Point measures of classification: accuracy, confusion matrix, macro-averaged F1. */
import { Texts } from '../rows/columns.ts';
import { type Classified, macroF1 } from './statistics/macro-f1.ts';

export type Prediction = Classified;

/** Share of predictions that are right; 0 of an empty list. */
export const accuracy = (predictions: Iterable<Prediction>): number =>
  shareOf(predictions, ({ expected, predicted }) => expected === predicted);

/** Share of a list for which a condition holds; 0 of an empty list. */
export function shareOf<T>(list: Iterable<T>, holds: (element: T) => boolean): number {
  let [count, held] = [0, 0];
  for (const element of list) {
    count += 1;
    if (holds(element)) held += 1;
  }
  return count === 0 ? 0 : held / count;
}

interface ConfusionMatrix {
  /** Every label that was expected or predicted, sorted. */
  labels: string[];
  /** `counts[i][j]`: items of label i that were predicted as label j. */
  counts: number[][];
  /** Items of label i without a readable answer. */
  unparsed: number[];
}

export function confusionMatrix(predictions: Iterable<Prediction>): ConfusionMatrix {
  const named = new Set<string>();
  for (const { expected, predicted } of predictions) {
    named.add(expected);
    if (predicted !== null) named.add(predicted);
  }
  const labels = [...named].toSorted();
  const place = new Texts();
  for (const label of labels) place.numberOf(label);
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  const unparsed = new Array<number>(labels.length).fill(0);
  for (const { expected, predicted } of predictions) {
    const row = place.numberOf(expected);
    const cells = predicted === null ? unparsed : counts[row];
    const cell = predicted === null ? row : place.numberOf(predicted);
    if (cells) cells[cell] = (cells[cell] ?? 0) + 1;
  }
  return { labels, counts, unparsed };
}

/**
 * Unweighted mean, over the labels that occur as the right answer, of F1 = 2 TP / (2 TP + FP + FN). A label that is
 * only ever predicted lowers the F1 of the labels it displaced, and is no class of its own (so the paper counts two
 * classes of Derm7pt).
 */
export { macroF1 };
