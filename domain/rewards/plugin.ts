/**
 * A reward of one's own: a TypeScript file whose export the recipe names. It adds one component to the built-in ones.
 *
 * ```ts
 * import type { RewardPlugin } from '../domain/rewards/plugin.ts';
 * export const brevity: RewardPlugin = ({ completion }) => (completion.length < 600 ? 0.1 : 0);
 * ```
 *
 * The function must depend on its input alone. The file's digest is part of the training stage's key; what the file
 * imports is not, so keep all that decides the reward inside it.
 */
import type { Answer } from '../questions/extract.ts';
import type { Question } from '../questions/question.ts';
import type { RewardParts } from './rewards.ts';

export interface RewardPluginInput {
  completion: string;
  question: Question;
  /** The completion as the one parser reads it. */
  answer: Answer;
  /** What the built-in rewards, as the recipe sets them, pay for it. */
  parts: Readonly<RewardParts>;
}

/** Returns a finite number, which is added to the sum. */
export type RewardPlugin = (input: RewardPluginInput) => number;
