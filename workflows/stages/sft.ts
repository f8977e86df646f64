import type { SftInput, StretchResult } from '../../domain/contracts/training.ts';
import { type StageBy, stages } from '../../domain/stages.ts';
import { trainSft } from '../activities.ts';
import type { Progress } from '../progress.ts';

/** Supervised fine-tuning, one activity per epoch; each continues where the one before stopped. */
export async function trainByEpochs(
  stage: Exclude<StageBy<'sft'>, 'dermeval-sft'>,
  input: Omit<SftInput, 'stage' | 'epoch'>,
  progress: Progress,
): Promise<StretchResult[]> {
  const stretches: StretchResult[] = [];
  for (const epoch of stages[stage].ends(input.recipe)) {
    progress.say(stages[stage].part, stages[stage].status(epoch, input.recipe));
    const stretch = await trainSft({ ...input, stage, epoch });
    progress.reached({ stage, step: stretch.checkpoint.step });
    stretches.push(stretch);
  }
  return stretches;
}
