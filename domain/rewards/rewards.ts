/** R_total = R_format + R_gran + R_malignancy (Eq. 5 to 8); what each pays at most: reward-settings.ts. */
import { extractAnswer, hasThinking } from '../questions/extract.ts';
import type { Question } from '../questions/question.ts';
import { type RewardName, type RewardSettings, rewardWeights } from '../reward-settings.ts';

export type RewardParts = Record<RewardName, number>;

/** The part of a question that decides an output's reward; the options carry their values (Eq. 7). */
export type RewardedQuestion = Pick<Question, 'task' | 'malignancy' | 'options'>;

/** The parts of one completion's reward. A part that the recipe turns off is 0. */
export function scoreCompletion(text: string, question: RewardedQuestion, settings: RewardSettings): RewardParts {
  const answer = extractAnswer(text, question);
  const chosen = question.options.find((option) => option.letter === answer.letter);
  const form = answer.format && (!settings.thinkingRequired || hasThinking(text));
  return {
    format: settings.format && form ? rewardWeights.format : 0,
    granularity: chosen?.value ?? 0,
    malignancy: settings.malignancy && answer.malignancy === question.malignancy ? rewardWeights.malignancy : 0,
  };
}
