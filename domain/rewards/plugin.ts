/**
 * A reward of one's own: a TypeScript file whose export the recipe names. It adds one component to the built-in ones.
 *
 * ```ts
 * import type { RewardPlugin } from '../domain/rewards/plugin.ts';
 * export const brevity: RewardPlugin = ({ completion }) => (completion.length < 600 ? 0.1 : 0);
 * ```
 *
 * It may be asynchronous, e.g. ask an LLM for its judgement; some eight calls are then under way at a time. It runs in a
 * thread of its own. The completions of a step have a time limit together (`DERMFLOW_REWARD_TIMEOUT`, 300 s); those that
 * have no number by then, or whose call failed, are asked for twice more. After that, what was away or too slow is
 * waited for by the run, which resumes from its newest checkpoint, and anything else ends it as its author's mistake.
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
export type RewardPlugin = (input: RewardPluginInput) => number | Promise<number>;
