/** Whether a model's probabilities say how often it is right; for models that give log-probabilities. */

export interface Confidence {
  /** Probability that the model gave to its answer, 0 to 1. */
  confidence: number;
  correct: boolean;
}

interface CalibrationBin {
  low: number;
  high: number;
  items: number;
  /** Means over the bin; null for an empty bin. */
  confidence: number | null;
  accuracy: number | null;
}

interface Calibration {
  items: number;
  /** Expected calibration error (Naeini et al. 2015): mean gap of the bins, weighted by their items. */
  ece: number;
  /** Brier score of "the answer is right": mean of (confidence - right)^2. */
  brier: number;
  /** Mean confidence less accuracy: above 0 is overconfident. */
  bias: number;
  bins: CalibrationBin[];
}

/** Bins of equal width, closed above, the first also below. Throws a RangeError without items or beyond [0, 1]. */
export function calibrationOf(answers: readonly Confidence[], bins = 15): Calibration {
  if (answers.length === 0) throw new RangeError('calibration needs at least one answer');
  if (!answers.every(({ confidence }) => confidence >= 0 && confidence <= 1))
    throw new RangeError('a confidence is a probability from 0 to 1');
  const placed = Map.groupBy(answers, ({ confidence }) => Math.max(0, Math.ceil(confidence * bins) - 1));
  const mean = (list: readonly Confidence[], of: (answer: Confidence) => number): number =>
    list.reduce((sum, answer) => sum + of(answer), 0) / list.length;
  const rightness = ({ correct }: Confidence): number => Number(correct);
  const rows = Array.from({ length: bins }, (_, i): CalibrationBin => {
    const own = placed.get(i) ?? [];
    const empty = own.length === 0;
    return {
      low: i / bins,
      high: (i + 1) / bins,
      items: own.length,
      confidence: empty ? null : mean(own, ({ confidence }) => confidence),
      accuracy: empty ? null : mean(own, rightness),
    };
  });
  return {
    items: answers.length,
    ece:
      rows.reduce(
        (sum, { items, confidence, accuracy }) => sum + items * Math.abs((confidence ?? 0) - (accuracy ?? 0)),
        0,
      ) / answers.length,
    brier: mean(answers, (answer) => (answer.confidence - rightness(answer)) ** 2),
    bias: mean(answers, (answer) => answer.confidence - rightness(answer)),
    bins: rows,
  };
}

/**
 * Probability of the chosen option among the options, from their log-probabilities: a softmax over the options alone.
 * Null where the chosen one has none.
 */
export function optionConfidence(logProbs: Readonly<Record<string, number>>, chosen: string): number | null {
  const own = logProbs[chosen];
  if (own === undefined) return null;
  const highest = Math.max(...Object.values(logProbs));
  const total = Object.values(logProbs).reduce((sum, value) => sum + Math.exp(value - highest), 0);
  return Math.exp(own - highest) / total;
}
