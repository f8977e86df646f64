/** What a stage of training says of itself, and words that several stages say. */
import type { RolloutEngine } from '../jobs/grpo.ts';
import type { LoraSettings, ModelPart } from '../lora.ts';
import type { DistilSettings } from '../recipe/distillation.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import { type TrlFields, trlWords } from '../recipe/trl/check.ts';
import { optimiserBytes } from '../recipe/trl/optimiser.ts';
import type { ResumableJob } from '../trainer.ts';

/**
 * The parts of a recipe by which stages train. A recipe has those of its own method; a stage whose part it lacks has no
 * ends, and nothing else is asked of that stage.
 */
export type Trains = Partial<
  Pick<RecipeParts, 'sft' | 'grpo' | 'lora' | 'full' | 'trajectories' | 'distillation' | 'dermeval'>
>;

/** What decides the memory of an optimiser step (domain/plan/memory.ts). */
export interface StepSize {
  settings: Pick<RecipeParts['sft'], 'perDeviceBatchSize' | 'gradientCheckpointing'>;
  /** Tokens of a trajectory or a completion, at most. */
  completion: number;
  /** Whether the adapter's inputs are dropped at random, which keeps a copy of them. */
  dropout: boolean;
  /** Sequences that all devices sample in a step. */
  sampled: number;
  /** Bytes per trainable parameter: adapter, gradient, the optimiser's state, and a frozen adapter where one is the reference. */
  adapterBytes: number;
  /** Tables of labelled tokens by words in fp32 that are held whole; absent: logits are made in tiles, by TRL. */
  wholeLogits?: number;
}

/** How a step is made of rows. */
export interface StepRows {
  /** The recipe's part that says so, for messages. */
  setting: string;
  /** Rows of the data in a step. */
  rows: number;
  /** Sequences in a step, which the devices share evenly. */
  sequences: number;
  /** Steps between two checkpoints. */
  saveEvery: number;
}

/** What of a model is trained: an adapter, or parts of the model where `lora` is null; or the adapters of a distillation. */
export type TrainedWeights =
  | { lora: LoraSettings | null; full?: readonly ModelPart[] }
  | { adapters: DistilSettings['adapters'] };

/** The adapter's settings, null for parts of the model; undefined for the adapters of a distillation. */
export const loraOf = (weights: TrainedWeights): LoraSettings | null | undefined =>
  'lora' in weights ? weights.lora : undefined;

/** With the recipe's part that says so, for messages. */
export type ChosenWeights = TrainedWeights & { setting: string };

/** Who samples the completions that are rewarded. */
export interface Rollouts {
  /** The recipe's part that says so, for messages. */
  setting: string;
  engine: RolloutEngine;
  /** Whether validation questions are answered at each end. */
  validates: boolean;
}

/** A column of the model card. */
export interface StageSettings {
  learningRate: number;
  batch: string;
  length: string;
  other: string;
}

export interface StageRow {
  /** Job of the trainer that does it. */
  job: ResumableJob;
  /** Part of a run in which `status` shows it. */
  part: string;
  /** Where its stretches end, in epochs or steps; none where the recipe leaves the stage out. */
  ends(recipe: Trains): readonly number[];
  /** Of a stage by SFT: its epochs, by the settings that its job is given, from whichever part of a recipe. */
  epochs?(sft: RecipeParts['sft']): number;
  memory(recipe: Trains): StepSize;
  step(recipe: Trains): StepRows;
  trains(recipe: Trains): ChosenWeights;
  /** Null where no engine is chosen: nothing is sampled, or by the trainer alone. */
  rollouts(recipe: Trains): Rollouts | null;
  /** Title of its models, for people; `shortTitle` for narrow places. */
  title: string;
  shortTitle: string;
  /** Whether each end is a model of its own, named by its step. */
  perStep: boolean;
  /** Place of its models among those of the other stages, as a reader meets them. */
  rank: number;
  /** Title of its curves, and its field in `report.json`. */
  logTitle: string;
  logField: string;
  /** What the KL term of its rewards holds it to, for people; null where it has none. */
  reference: string | null;
  /** Whether nights follow its models; those of an ablation they follow only in a run that trains nothing else. */
  nightly: boolean;
  /**
   * Row of the paper's tables (domain/published/) that its models stand for, and the steps at which the tables have it,
   * where they say so; null: no row.
   */
  published: { row: string; steps?: readonly number[] } | null;
  /** Head of its column in the model card, and what stands below; `step` is the exported checkpoint's. */
  column: string;
  settings(recipe: Trains, step: number): StageSettings;
  /** What `status` says while it is trained to this end. */
  status(end: number, recipe: Trains): string;
}

/** Longest trajectories of the paper's examples, in tokens. */
export const trajectoryTokens = 512;

export const sftSteps = ({ sft, lora }: Pick<RecipeParts, 'sft' | 'lora'>): StepSize => ({
  settings: sft,
  completion: trajectoryTokens,
  dropout: (lora?.dropout ?? 0) > 0,
  sampled: 0,
  adapterBytes: 8 + optimiserBytes(sft.trl),
});

export const sftRows = (setting: string, { sft }: Pick<RecipeParts, 'sft'>): StepRows => ({
  ...{ setting, rows: sft.batchSize, sequences: sft.batchSize, saveEvery: sft.saveEvery },
});

export const grpoSteps = ({ grpo }: Pick<RecipeParts, 'grpo'>): StepSize => ({
  settings: grpo,
  completion: grpo.maxCompletionLength,
  // Off in GRPO: the policy would differ from its own reference.
  dropout: false,
  sampled: grpo.promptsPerStep * grpo.generations,
  adapterBytes: 12 + optimiserBytes(grpo.trl),
});

export const grpoRows = (setting: string, { grpo }: Pick<RecipeParts, 'grpo'>): StepRows => ({
  ...{ setting, rows: grpo.promptsPerStep, sequences: grpo.promptsPerStep * grpo.generations },
  saveEvery: grpo.saveEvery,
});

export const grpoRollouts = (setting: string, { grpo }: Pick<RecipeParts, 'grpo'>): Rollouts => ({
  ...{ setting, engine: grpo.rollouts, validates: grpo.validation !== undefined },
});

/** The recipe's own adapter, or parts of the model. */
export const ownWeights = ({ lora, full }: Trains): ChosenWeights => ({
  setting: 'lora',
  lora: lora ?? null,
  ...(full ? { full } : {}),
});

/** A part of a recipe that trains the stage at hand. Throws a RangeError where the recipe has no such stage. */
export function given<T>(part: T | undefined): T {
  if (part === undefined) throw new RangeError('the recipe has no such stage');
  return part;
}

/** Further fields of TRL that the recipe sets, for a cell of a table; begins with a comma. */
export const further = (trl: TrlFields | undefined): string => {
  const words = trlWords(trl).replaceAll('|', '\\|');
  return words === '' ? '' : `, TRL: ${words}`;
};

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
export const epochs = (count: number): string => `${count} ${count === 1 ? 'epoch' : 'epochs'}`;
