/** What a profile words: P1 to P6 and our own. */
export interface PromptWording {
  /** P1: findings to diagnosis. */
  trajectory: string;
  /** P2: with a differential diagnosis. */
  differential: string;
  /** Our own: the signs in a picture, each explained. */
  concepts: string;
  /** P3: training by rewards; the option and the lesion condition. */
  reward(options: string): string;
  /** P4: evaluation; the option alone. */
  diagnosis(options: string): string;
  /** P6: evaluation; the lesion condition. */
  condition(options: string): string;
  /** P4 without its demand for the most fine-grained option: look-alikes are all equally fine. */
  ddx(options: string): string;
  /** P4 with the criteria of each option first: all options are true, one is the finest. */
  hierarchical(options: string): string;
}
