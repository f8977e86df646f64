/**
 * SOREB's reward of an evaluation that a trained evaluator wrote: how near its scores are to a physician's (DermEval,
 * arXiv 2511.09195).
 */
import type { z } from 'zod';
import { sftRowSchema } from '../trajectories/row.ts';
import { dimensionKeys, type Scores, scoresSchema } from './dimensions.ts';
import { readScores } from './reading/read-scores.ts';

/** A narrative that a physician scored: the prompt asks for its evaluation, the completion is the one to learn from. */
export const judgedRowSchema = sftRowSchema.extend({ scores: scoresSchema });
export type JudgedRow = z.infer<typeof judgedRowSchema>;

/** The one component of the reward. */
export const agreement = 'agreement';

/**
 * Minus the mean squared difference over the dimensions that can be read and that the physician scored: 0 at best, -25 at
 * worst.
 *
 * @param missing in place of it where there is no such dimension
 */
export function sorebReward(evaluation: string, physician: Scores, missing: number): number {
  const own = readScores(evaluation);
  const squares = dimensionKeys.flatMap((key) => {
    const [score, wanted] = [own[key], physician[key]];
    return score === null || wanted === null ? [] : [(score - wanted) ** 2];
  });
  return squares.length === 0 ? missing : -squares.reduce((sum, square) => sum + square, 0) / squares.length;
}
