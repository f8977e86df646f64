/** The scores in one reply of a judge. */
import { byDimension, type Scores } from '../../domain/dermeval/dimensions.ts';
import { isReadingFault, type JudgePin } from '../../domain/dermeval/judge.ts';
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
 * A reply of another model than the one that the judge is pinned to is no score of this judge.
 *
 * @param id of the request
 */
export function replyScores(answers: Answers, id: string, pin: JudgePin): ReplyScores {
  const { text = '', fault = 'not asked', entries = [] } = answers.get(id) ?? {};
  const served = entries.at(-1)?.reply.servedModel ?? null;
  const other = served !== null && pin.served !== null && served !== pin.served;
  const isRead = !other && (fault === null || isReadingFault(fault));
  return {
    ...{ text, served },
    scores: isRead ? readScores(text) : byDimension(() => null),
    fault: other ? `answered by ${served}, not by ${pin.served}` : fault,
  };
}
