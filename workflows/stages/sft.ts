import type { SftInput, StretchResult } from '../../domain/contracts.ts';
import { trainSft } from '../activities.ts';
import type { Progress } from '../progress.ts';

/** Supervised fine-tuning, one activity an epoch; each continues where the one before stopped. */
export async function trainSftByEpochs(input: Omit<SftInput, 'epoch'>, progress: Progress): Promise<StretchResult[]> {
  const { epochs } = input.recipe.sft;
  const stretches: StretchResult[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    progress.say('sft', `epoch ${epoch} of ${epochs}`);
    const stretch = await trainSft({ ...input, epoch });
    progress.reached({ stage: 'sft', step: stretch.checkpoint.step });
    stretches.push(stretch);
  }
  return stretches;
}
