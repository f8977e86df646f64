/** Estimated memory of an accelerator, in bytes, part by part; the larger of training and sampling is the peak. */
import type { Recipe } from '../recipe.ts';
import { type Architecture, keyValueWidth, loraParameters, totalParameters } from './architecture.ts';

export interface MemoryEstimate {
  /** Frozen base model. */
  base: number;
  /** Adapter, its gradient and Adam's two moments in fp32; in GRPO also the frozen SFT adapter. */
  adapter: number;
  /** Hidden states and logits of one forward and backward pass. */
  activations: number;
  /** Keys and values while a device samples its share of a step's completions; 0 in SFT. */
  sampling: number;
  peak: number;
}

/** Tokens beside image and completion: instruction, options, chat template. */
const instructionTokens = 256;
/** Longest trajectories of the paper's examples. */
const trajectoryTokens = 512;
/** Numbers kept for the backward pass by one layer, a token: about 8 hidden vectors and 3 of the wide layer. */
const layerState = (a: Architecture): number => 8 * a.hidden + 3 * a.intermediate;

export const imageTokens = (recipe: Recipe, { vision }: Architecture): number =>
  Math.ceil(recipe.data.maxPixels / (vision.patch * vision.merge) ** 2);

export function estimateMemory(
  stage: 'sft' | 'grpo',
  recipe: Recipe,
  a: Architecture,
  devices: number,
): MemoryEstimate {
  const bytes = recipe.model.precision === 'bf16' ? 2 : 4;
  const { perDeviceBatchSize: rows, gradientCheckpointing } = recipe[stage];
  const completion = stage === 'sft' ? trajectoryTokens : recipe.grpo.maxCompletionLength;
  const sequence = imageTokens(recipe, a) + instructionTokens + completion;
  const stored = gradientCheckpointing ? a.layers * a.hidden + layerState(a) : a.layers * layerState(a);
  // fp32 logits and their gradient; SFT computes them for whole sequences, GRPO for completions.
  const logits = 2 * 4 * a.vocabulary * (stage === 'sft' ? sequence : completion);
  const activations = rows * (sequence * stored * bytes + logits);
  const sampled = stage === 'sft' ? 0 : (recipe.grpo.promptsPerStep * recipe.grpo.generations) / devices;
  const sampling = sampled * sequence * 2 * a.layers * keyValueWidth(a) * bytes;
  const base = totalParameters(a) * bytes;
  const adapter = loraParameters(a, recipe.lora.rank) * (stage === 'sft' ? 16 : 20);
  return { base, adapter, activations, sampling, peak: base + adapter + Math.max(activations, sampling) };
}
