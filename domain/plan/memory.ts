/**
 * Estimated memory of an accelerator, in bytes, part by part; the larger of training and sampling is the peak. Measured by
 * `npm run rehearse` (docs/training.md), whose trainer has a processor in place of an accelerator.
 */
import type { RecipeParts } from '../recipe/parts.ts';
import { type Stage, type StageRow, stages, type Trains } from '../stages/index.ts';
import { type Architecture, keyValueWidth } from './architecture.ts';
import { adapterShare, frozenBytes, trainableParameters } from './weights.ts';

export interface MemoryEstimate {
  /** Frozen base model. */
  base: number;
  /** What is trained, an adapter or a model's own weights: with gradient and optimiser's state in fp32; in GRPO also a frozen one. */
  adapter: number;
  /** Hidden states and logits of one forward and backward pass. */
  activations: number;
  /** Keys and values while a device samples its share of a step's completions, and a layer that reads their prompts; 0 in SFT. */
  sampling: number;
  peak: number;
  /** The longest sequence that is reckoned with, in tokens. */
  tokens: { image: number; instruction: number; completion: number };
}

/** What computes: its parts of PyTorch and TRL hold different copies. */
export type Computer = 'accelerator' | 'processor';

/** Tokens beside image and completion: instruction, options, chat template. */
const instructionTokens = 256;
/** Numbers per token that one layer keeps for the backward pass: about 8 hidden vectors and 3 of the wide layer. */
const layerState = (a: Architecture): number => 8 * a.hidden + 3 * a.intermediate;
/** Numbers per token that go into a layer's adapters: six linear layers take the hidden vector, one the wide one. */
const adapterInputs = (a: Architecture): number => 6 * a.hidden + a.intermediate;
/** Bytes that dropout keeps of each of them: what is left, in fp32, and which were left, a boolean or a factor. */
const dropoutBytes: Record<Computer, number> = { accelerator: 4 + 1, processor: 4 + 4 };
/** Vectors of the wide layer that are held while prompts are read: its two halves, their product, an adapter's share twice. */
const wideVectors = 5;

/** TRL 1.16 makes logits in tiles of so many tokens and words at most (kernels/chunked_logprob.py). */
const tile = { tokens: 4_096, words: 32_768 };
/**
 * Tiles at one time: one in the model's precision by Triton. PyTorch's own operations hold nine in fp32, and an allocator
 * that keeps what is freed (trainer-process.ts) makes 10 of them in SFT and 15 in GRPO, measured with narrow models.
 */
const tiles: Record<Computer, number> = { accelerator: 1, processor: 12 };

type Planned = Trains & Pick<RecipeParts, 'model'> & { data: Pick<RecipeParts['data'], 'maxPixels'> };

const imageTokens = (recipe: Pick<Planned, 'data'>, { vision }: Architecture): number =>
  Math.ceil(recipe.data.maxPixels / (vision.patch * vision.merge) ** 2);

export function estimateMemory(
  stage: Stage,
  recipe: Planned,
  a: Architecture,
  devices: number,
  computer: Computer = 'accelerator',
): MemoryEstimate {
  const bytes = recipe.model.precision === 'bf16' ? 2 : 4;
  const row: StageRow = stages[stage];
  const { settings, completion, dropout, sampled, adapterBytes, wholeLogits } = row.memory(recipe);
  const trained = row.trains(recipe);
  const { perDeviceBatchSize: rows, gradientCheckpointing } = settings;
  const tokens = { image: imageTokens(recipe, a), instruction: instructionTokens, completion };
  const prompt = tokens.image + tokens.instruction;
  const sequence = prompt + completion;
  const layer = layerState(a) * bytes + (dropout ? adapterInputs(a) * dropoutBytes[computer] : 0);
  const stored = gradientCheckpointing ? a.layers * a.hidden * bytes + layer : a.layers * layer;
  // Triton's kernel passes over what has no label.
  const labelled = rows * (computer === 'accelerator' ? completion : sequence);
  const logits =
    wholeLogits === undefined
      ? tiles[computer] * bytes * Math.min(labelled, tile.tokens) * Math.min(a.vocabulary, tile.words)
      : wholeLogits * 4 * rows * completion * a.vocabulary;
  const activations = rows * sequence * stored + logits;
  const atOnce = sampled / devices;
  const sampling =
    atOnce * bytes * (sequence * 2 * a.layers * keyValueWidth(a) + prompt * wideVectors * a.intermediate);
  const trainable = trainableParameters(a, trained);
  const base = frozenBytes(a, { ...trained, model: recipe.model }, trainable, row.reference !== null);
  const adapter = trainable * adapterBytes * adapterShare(trained);
  return { base, adapter, activations, sampling, peak: base + adapter + Math.max(activations, sampling), tokens };
}
