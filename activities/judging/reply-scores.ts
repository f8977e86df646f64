/** The scores in one reply of a judge. */
import { byDimension, type Scores } from '../../domain/dermeval/dimensions.ts';
import { isReadingFault, otherModel } from '../../domain/dermeval/judge.ts';
import { readScores } from '../../domain/dermeval/reading/read-scores.ts';
import type { Answers } from '../trajectories/ask.ts';

export interface ReplyScores {
  text: string;
  /** What the endpoint says that it answered with. */
  served: string | null;
  scores: Scores;
  /** Why scores are missing; null where none is. */
  fault: string | null;
}

/**
 * A reply of another model than the judge's is no score of this judge.
 *
 * @param id of the request
 * @param judge the model that answers for the judge; null where none is named
 */
export function replyScores(answers: Answers, id: string, judge: string | null): ReplyScores {
  const { text = '', fault = 'not asked', entries = [] } = answers.get(id) ?? {};
  const served = entries.at(-1)?.reply.servedModel ?? null;
  const other = otherModel(judge, served);
  const isRead = other === null && (fault === null || isReadingFault(fault));
  return {
    ...{ text, served },
    scores: isRead ? readScores(text) : byDimension(() => null),
    fault: other ?? fault,
  };
}
