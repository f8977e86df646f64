import type { CheckpointRef, GrpoInput, StretchResult } from '../../domain/contracts.ts';
import { trainGrpo } from '../activities.ts';
import type { Progress } from '../progress.ts';

/**
 * GRPO, one activity a milestone; the schedule spans the whole plan. Without an SFT policy it is the paper's ablation,
 * RL alone, with its own milestones.
 *
 * @param onMilestone hears of each checkpoint before the next stretch begins
 */
export async function trainGrpoByMilestones(
  input: Omit<GrpoInput, 'stopAt'>,
  progress: Progress,
  onMilestone: (checkpoint: CheckpointRef) => void,
): Promise<StretchResult[]> {
  const { steps, milestones, rlOnlyMilestones } = input.recipe.grpo;
  const stretches: StretchResult[] = [];
  for (const stopAt of input.sft ? milestones : rlOnlyMilestones) {
    progress.say('grpo', `${input.sft ? 'to' : 'without SFT, to'} step ${stopAt} of ${steps}`);
    const stretch = await trainGrpo({ ...input, stopAt });
    progress.reached({ stage: input.sft ? 'grpo' : 'rl-only', step: stretch.checkpoint.step });
    onMilestone(stretch.checkpoint);
    stretches.push(stretch);
  }
  return stretches;
}
