import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { GrpoInput, StretchResult } from '../../domain/contracts/training.ts';
import { endsEarly } from '../../domain/rewards/milestones.ts';
import { type StageBy, type StageRow, stages, type Trains } from '../../domain/stages/index.ts';
import { trainGrpo } from '../activities.ts';
import type { Progress } from '../progress.ts';

/**
 * GRPO, one activity per milestone of the stage; the schedule spans the whole plan.
 *
 * With a validation it may end before the last milestone.
 *
 * @param recipe says the milestones; none where it leaves the stage out
 * @param onMilestone hears of each checkpoint before the next stretch begins
 */
export async function trainByMilestones(
  stage: StageBy<'grpo'>,
  recipe: Trains,
  input: Omit<GrpoInput, 'stage' | 'milestones' | 'stopAt'>,
  progress: Progress,
  onMilestone: (checkpoint: CheckpointRef) => void,
): Promise<StretchResult[]> {
  const stretches: StretchResult[] = [];
  const row: StageRow = stages[stage];
  const milestones = row.ends(recipe);
  for (const stopAt of milestones) {
    progress.say(row.part, row.status(stopAt, recipe));
    const stretch = await trainGrpo({ ...input, stage, milestones, stopAt });
    progress.reached({ stage, step: stretch.checkpoint.step });
    onMilestone(stretch.checkpoint);
    stretches.push(stretch);
    if (endsEarly(stretches, input.recipe.grpo.validation?.patience ?? null)) break;
  }
  return stretches;
}
