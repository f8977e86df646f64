/** Point measures of classification: accuracy, confusion matrix, macro-averaged F1. */

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
  const count = (expected: string, predicted: string | null): number =>
    predictions.filter((p) => p.expected === expected && p.predicted === predicted).length;
  return {
    labels,
    counts: labels.map((expected) => labels.map((predicted) => count(expected, predicted))),
    unparsed: labels.map((expected) => count(expected, null)),
  };
}

/**
 * Unweighted mean, over the labels that occur as the right answer, of F1 = 2 TP / (2 TP + FP + FN). A label that is
 * only ever predicted lowers the F1 of the labels it displaced, and is no class of its own (so the paper counts two
 * classes of Derm7pt).
 */
export function macroF1(predictions: readonly Prediction[]): number {
  const labels = [...new Set(predictions.map((p) => p.expected))];
  if (labels.length === 0) return 0;
  const f1 = (label: string): number => {
    const hits = predictions.filter((p) => p.expected === label && p.predicted === label).length;
    const expected = predictions.filter((p) => p.expected === label).length;
    const predicted = predictions.filter((p) => p.predicted === label).length;
    return (2 * hits) / (expected + predicted);
  };
  return labels.reduce((sum, label) => sum + f1(label), 0) / labels.length;
}
