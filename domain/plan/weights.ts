/** Sizes of what a recipe trains and of what it leaves as it is: an adapter beside a base, or parts of the model itself. */

import type { DistillationSettings } from '../jobs/distillation.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import { loraOf, type TrainedWeights } from '../stages/stage-row.ts';
import { type Architecture, loraParameters, partParameters, totalParameters } from './architecture.ts';

type Trained = TrainedWeights & { model: Pick<RecipeParts['model'], 'precision'> };

/** Bytes of a weight in NF4 with its twice quantised scales; what is not of the text layers keeps the recipe's precision. */
const quantisedBytes = 0.52;

/** Of the bytes that an adapter, its gradient and the optimiser's state take in fp32: on a base in four bits TRL trains it in bf16. */
export const adapterShare = (trained: TrainedWeights): number => (loraOf(trained)?.quantise ? 0.5 : 1);

export function trainableParameters(a: Architecture, trained: TrainedWeights): number {
  if ('adapters' in trained) return distilledParameters(a, trained.adapters);
  const { lora, full = [] } = trained;
  if (lora !== null) return loraParameters(a, lora);
  const parts = partParameters(a);
  return full.reduce((sum, part) => sum + parts[part], 0);
}

/** Of the alignment head, the language adapter with its scale, and the side branch (trainer/dermflow_trainer/distillation). */
export function distilledParameters(a: Architecture, { width, rank, reads, branch }: DistillationSettings): number {
  const source = branch?.width ?? a.hidden;
  const head = branch && source === width ? 0 : source * width;
  const text = reads === 'picture' ? 0 : a.hidden * rank;
  return head + width * rank + text + rank * a.hidden + 1 + (branch ? branchParameters(a, branch) : 0);
}

function branchParameters(
  { vision }: Architecture,
  { width, bottleneck, layers, experts }: NonNullable<DistillationSettings['branch']>,
): number {
  const enter = 3 * vision.temporalPatch * vision.patch ** 2 * width;
  const classifier = width * bottleneck + bottleneck + (bottleneck + 1) * tones;
  const expert = 2 * width * bottleneck + bottleneck + width;
  return enter + classifier + layers * experts * (width + tones + expert);
}

/** Skin tones that the classifier of the branch tells apart. */
const tones = 3;

/** Weights that no gradient reaches. Full fine-tuning holds all in fp32, in GRPO beside a whole model as its reference. */
export function frozenBytes(a: Architecture, recipe: Trained, trainable: number, hasReference: boolean): number {
  const bytes = recipe.model.precision === 'bf16' ? 2 : 4;
  const total = totalParameters(a);
  if ('adapters' in recipe) return total * bytes;
  if (recipe.lora === null) return (total - trainable) * 4 * (hasReference ? 2 : 1);
  if (!recipe.lora.quantise) return total * bytes;
  const { vision, merger } = partParameters(a);
  const kept = vision + merger + a.vocabulary * a.hidden * (a.tied ? 1 : 2);
  return kept * bytes + (total - kept) * quantisedBytes;
}

/**
 * Of a checkpoint: weights, of full fine-tuning those of the whole model in fp32, and the optimiser's state.
 *
 * @param state bytes of the optimiser's state per trained parameter
 */
export function bytesOfState(a: Architecture, trained: TrainedWeights, state: number): number {
  const trainable = trainableParameters(a, trained);
  const isWhole = loraOf(trained) === null;
  // Adapters of a distillation know their words by a byte each.
  const words = 'adapters' in trained ? a.vocabulary : 0;
  return adapterShare(trained) * (4 * (isWhole ? totalParameters(a) : trainable) + state * trainable) + words;
}
