import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { GrpoInput, StretchResult } from '../../domain/contracts/training.ts';
import { endsEarly } from '../../domain/rewards/milestones.ts';
import type { StageBy, Trains } from '../../domain/stages/index.ts';
import { trainGrpo } from '../activities.ts';
import type { Progress } from '../progress.ts';
import { inStretches } from './stretches.ts';

/**
 * GRPO, one activity per milestone of the stage; the schedule spans the whole plan. With a validation it may end before
 * the last milestone.
 *
 * @param onMilestone hears of each checkpoint before the next stretch begins
 */
export const trainByMilestones = (
  stage: StageBy<'grpo'>,
  recipe: Trains,
  input: Omit<GrpoInput, 'stage' | 'milestones' | 'stopAt'>,
  progress: Progress,
  onMilestone: (checkpoint: CheckpointRef) => void,
): Promise<StretchResult[]> => {
  const patience = input.recipe.grpo.validation?.patience ?? null;
  const train = (stopAt: number, milestones: readonly number[]): Promise<StretchResult> =>
    trainGrpo({ ...input, stage, milestones, stopAt });
  return inStretches(stage, recipe, progress, train, (stretches) => {
    const newest = stretches.at(-1);
    if (newest) onMilestone(newest.checkpoint);
    return endsEarly(stretches, patience);
  });
};
