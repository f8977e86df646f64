/** Sizes of what a recipe trains and of what it leaves as it is: an adapter beside a base, or parts of the model itself. */
import type { SkinR1Recipe } from '../recipe/methods/skin-r1.ts';
import { optimiserBytes } from '../recipe/trl/optimiser.ts';
import { type Architecture, loraParameters, partParameters, totalParameters } from './architecture.ts';

type Trained = Pick<SkinR1Recipe, 'lora' | 'full' | 'model'>;

/** Bytes of a weight in NF4 with its twice quantised scales; what is not of the text layers keeps the recipe's precision. */
const quantisedBytes = 0.52;

/** Of the bytes that an adapter, its gradient and the optimiser's state take in fp32: on a base in four bits TRL trains it in bf16. */
export const adapterShare = ({ lora }: Pick<SkinR1Recipe, 'lora'>): number => (lora?.quantise ? 0.5 : 1);

export function trainableParameters(a: Architecture, { lora, full = [] }: Trained): number {
  if (lora !== null) return loraParameters(a, lora);
  const parts = partParameters(a);
  return full.reduce((sum, part) => sum + parts[part], 0);
}

/** Weights that no gradient reaches. Full fine-tuning holds all in fp32, in GRPO beside a whole model as its reference. */
export function frozenBytes(a: Architecture, recipe: Trained, trainable: number, hasReference: boolean): number {
  const bytes = recipe.model.precision === 'bf16' ? 2 : 4;
  const total = totalParameters(a);
  if (recipe.lora === null) return (total - trainable) * 4 * (hasReference ? 2 : 1);
  if (!recipe.lora.quantise) return total * bytes;
  const { vision, merger } = partParameters(a);
  const kept = vision + merger + a.vocabulary * a.hidden * (a.tied ? 1 : 2);
  return kept * bytes + (total - kept) * quantisedBytes;
}

/** Weights and the larger state of an optimiser; of full fine-tuning the whole model, in fp32. */
export function checkpointBytes(a: Architecture, recipe: Trained & Pick<SkinR1Recipe, 'sft' | 'grpo'>): number {
  const trainable = trainableParameters(a, recipe);
  const state = Math.max(optimiserBytes(recipe.sft.trl), optimiserBytes(recipe.grpo.trl));
  return adapterShare(recipe) * (4 * (recipe.lora === null ? totalParameters(a) : trainable) + state * trainable);
}
