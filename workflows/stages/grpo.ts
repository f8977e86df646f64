import type { CheckpointRef, GrpoInput, StretchResult } from '../../domain/contracts.ts';
import { trainGrpo } from '../activities.ts';
import type { Progress } from '../progress.ts';

type GrpoStart = Omit<GrpoInput, 'maxSteps' | 'stopAt' | 'sft'>;

/** GRPO from the SFT policy, one activity a milestone; the schedule spans the whole plan. */
export async function trainGrpoByMilestones(
  input: GrpoStart & { sft: CheckpointRef },
  progress: Progress,
  onMilestone: (checkpoint: CheckpointRef) => void,
): Promise<StretchResult[]> {
  const { milestones } = input.recipe.grpo;
  const maxSteps = Math.max(...milestones);
  const stretches: StretchResult[] = [];
  for (const stopAt of milestones) {
    progress.say('grpo', `to step ${stopAt} of ${maxSteps}`);
    const stretch = await trainGrpo({ ...input, maxSteps, stopAt });
    progress.reached({ stage: 'grpo', step: stretch.checkpoint.step });
    onMilestone(stretch.checkpoint);
    stretches.push(stretch);
  }
  return stretches;
}

/** The paper's ablation: GRPO from the base model. After the main training, so that one trainer runs at a time. */
export async function trainRlOnly(input: GrpoStart, progress: Progress): Promise<StretchResult | null> {
  const { rlOnlySteps } = input.recipe.grpo;
  if (rlOnlySteps === 0) return null;
  progress.say('grpo', `RL without SFT, ${rlOnlySteps} steps`);
  const stretch = await trainGrpo({ ...input, sft: null, maxSteps: rlOnlySteps, stopAt: rlOnlySteps });
  progress.reached({ stage: 'rl-only', step: stretch.checkpoint.step });
  return stretch;
}
