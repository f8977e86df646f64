import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { GrpoInput, StretchResult } from '../../domain/contracts/training.ts';
import { endsEarly } from '../../domain/rewards/milestones.ts';
import { type StageBy, stages } from '../../domain/stages.ts';
import { trainGrpo } from '../activities.ts';
import type { Progress } from '../progress.ts';

/**
 * GRPO, one activity per milestone of the stage; the schedule spans the whole plan.
 *
 * With a validation it may end before the last milestone.
 *
 * @param onMilestone hears of each checkpoint before the next stretch begins
 */
export async function trainByMilestones(
  stage: StageBy<'grpo'>,
  input: Omit<GrpoInput, 'stage' | 'stopAt'>,
  progress: Progress,
  onMilestone: (checkpoint: CheckpointRef) => void,
): Promise<StretchResult[]> {
  const stretches: StretchResult[] = [];
  for (const stopAt of stages[stage].ends(input.recipe)) {
    progress.say(stages[stage].part, stages[stage].status(stopAt, input.recipe));
    const stretch = await trainGrpo({ ...input, stage, stopAt });
    progress.reached({ stage, step: stretch.checkpoint.step });
    onMilestone(stretch.checkpoint);
    stretches.push(stretch);
    if (endsEarly(stretches, input.recipe.grpo.validation?.patience ?? null)) break;
  }
  return stretches;
}
