/** The probability that a model gave to the answer that was read from its text. */
import type { OptionLogProbs } from '../replies/option-log-probs.ts';
import type { ScoredItem } from './scored.ts';
import { optionConfidence } from './statistics/calibration.ts';

/** Nothing is added where the probabilities are of another letter than the one that was read. */
export function withConfidence(scored: ScoredItem, options: OptionLogProbs | undefined): ScoredItem {
  const letter = scored.strict.letter ?? scored.lenient.letter;
  if (!options || letter === null || options.chosen !== letter) return scored;
  const confidence = optionConfidence(options.logProbs, letter);
  return confidence === null ? scored : { ...scored, confidence };
}
