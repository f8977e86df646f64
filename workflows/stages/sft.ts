import type { SftInput, StretchResult } from '../../domain/contracts.ts';
import { trainSft } from '../activities.ts';
import type { Progress } from '../progress.ts';

type Phase = Omit<SftInput, 'epoch'>;

/** Supervised fine-tuning, one activity an epoch; each continues where the one before stopped. */
export async function trainSftByEpochs(
  input: Phase,
  progress: Progress,
  phase: 'concepts' | 'sft' = 'sft',
): Promise<StretchResult[]> {
  const { epochs } = input.recipe.sft;
  const stretches: StretchResult[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    progress.say('sft', `${phase === 'sft' ? '' : 'concepts, '}epoch ${epoch} of ${epochs}`);
    const stretch = await trainSft({ ...input, epoch });
    progress.reached({ stage: phase, step: stretch.checkpoint.step });
    stretches.push(stretch);
  }
  return stretches;
}

/** The same on explained concepts, before the trajectories (A20). */
export async function alignConcepts({ recipe, ...input }: Phase, progress: Progress): Promise<StretchResult[]> {
  const epochs = recipe.sft.conceptAlignment?.epochs ?? 0;
  return trainSftByEpochs({ ...input, recipe: { ...recipe, sft: { ...recipe.sft, epochs } } }, progress, 'concepts');
}
