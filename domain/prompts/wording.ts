/** A profile that a model is both trained and asked with: P1 to P3 and our own, and its templates for evaluation. */
import type { EvaluationProfile } from './profile.ts';

export interface PromptWording {
  /** P1: findings to diagnosis. */
  trajectory: string;
  /** P2: with a differential diagnosis. */
  differential: string;
  /** P3: training by rewards; the option and the lesion condition. A template, as those of `evaluation`. */
  reward: string;
  /** P4 to P6, P9 and our own. */
  evaluation: EvaluationProfile;
}
