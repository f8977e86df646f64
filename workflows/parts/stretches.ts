import type { StretchResult } from '../../domain/contracts/training.ts';
import { type Stage, type StageRow, stages, type Trains } from '../../domain/stages/index.ts';
import type { Progress } from '../progress.ts';

/**
 * A stage of training: one activity for each of its ends, which continues where the one before stopped; `status` shows them.
 *
 * @param recipe says the ends, in epochs or steps; none where it leaves the stage out
 * @param isDone hears of each stretch before the next one begins, and may end the stage early
 */
export async function inStretches(
  stage: Stage,
  recipe: Trains,
  progress: Progress,
  train: (end: number, ends: readonly number[]) => Promise<StretchResult>,
  isDone: (stretches: readonly StretchResult[]) => boolean = () => false,
): Promise<StretchResult[]> {
  const row: StageRow = stages[stage];
  const ends = row.ends(recipe);
  if (ends.length === 0) progress.leaveOut(row.part);
  const stretches: StretchResult[] = [];
  for (const end of ends) {
    progress.say(row.part, row.status(end, recipe));
    const stretch = await train(end, ends);
    progress.reached({ stage, step: stretch.checkpoint.step });
    stretches.push(stretch);
    if (isDone(stretches)) break;
  }
  return stretches;
}
