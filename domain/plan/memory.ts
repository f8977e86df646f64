/** Estimated memory of an accelerator, in bytes, part by part; the larger of training and sampling is the peak. */
import type { Recipe } from '../recipe/recipe.ts';
import { type Stage, type StageRow, stages } from '../stages.ts';
import { type Architecture, keyValueWidth } from './architecture.ts';
import { frozenBytes, trainableParameters } from './weights.ts';

export interface MemoryEstimate {
  /** Frozen base model. */
  base: number;
  /** What is trained, an adapter or a model's own weights: with gradient and optimiser's state in fp32; in GRPO also a frozen one. */
  adapter: number;
  /** Hidden states and logits of one forward and backward pass. */
  activations: number;
  /** Keys and values while a device samples its share of a step's completions; 0 in SFT. */
  sampling: number;
  peak: number;
}

/** Tokens beside image and completion: instruction, options, chat template. */
const instructionTokens = 256;
/** Numbers per token that one layer keeps for the backward pass: about 8 hidden vectors and 3 of the wide layer. */
const layerState = (a: Architecture): number => 8 * a.hidden + 3 * a.intermediate;

export const imageTokens = (recipe: Recipe, { vision }: Architecture): number =>
  Math.ceil(recipe.data.maxPixels / (vision.patch * vision.merge) ** 2);

export function estimateMemory(stage: Stage, recipe: Recipe, a: Architecture, devices: number): MemoryEstimate {
  const bytes = recipe.model.precision === 'bf16' ? 2 : 4;
  const row: StageRow = stages[stage];
  const { settings, completion, logits: over, sampled, adapterBytes } = row.memory(recipe);
  const { perDeviceBatchSize: rows, gradientCheckpointing } = settings;
  const sequence = imageTokens(recipe, a) + instructionTokens + completion;
  const stored = gradientCheckpointing ? a.layers * a.hidden + layerState(a) : a.layers * layerState(a);
  // fp32 logits and their gradient; SFT computes them for whole sequences, GRPO for completions.
  const logits = 2 * 4 * a.vocabulary * (over === 'sequence' ? sequence : completion);
  const activations = rows * (sequence * stored * bytes + logits);
  const sampling = (sampled / devices) * sequence * 2 * a.layers * keyValueWidth(a) * bytes;
  const trainable = trainableParameters(a, recipe);
  const base = frozenBytes(a, recipe, trainable, stages[stage].job === 'grpo');
  const adapter = trainable * adapterBytes;
  return { base, adapter, activations, sampling, peak: base + adapter + Math.max(activations, sampling) };
}
