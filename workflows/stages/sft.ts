import type { SftInput, StretchResult } from '../../domain/contracts/training.ts';
import { type StageBy, type StageRow, stages, type Trains } from '../../domain/stages/index.ts';
import { trainSft } from '../activities.ts';
import type { Progress } from '../progress.ts';

/**
 * Supervised fine-tuning, one activity per epoch; each continues where the one before stopped.
 *
 * @param recipe says the epochs; none where it leaves the stage out
 */
export async function trainByEpochs(
  stage: StageBy<'sft'>,
  recipe: Trains,
  input: Omit<SftInput, 'stage' | 'epochs' | 'epoch'>,
  progress: Progress,
): Promise<StretchResult[]> {
  const stretches: StretchResult[] = [];
  const row: StageRow = stages[stage];
  const ends = row.ends(recipe);
  for (const epoch of ends) {
    progress.say(row.part, row.status(epoch, recipe));
    const stretch = await trainSft({ ...input, stage, epochs: ends.length, epoch });
    progress.reached({ stage, step: stretch.checkpoint.step });
    stretches.push(stretch);
  }
  return stretches;
}
