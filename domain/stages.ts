/**
 * The stages of training: what has a plan of steps, checkpoints, a log of its own and models to evaluate. A new one is a
 * row here; what a row lacks does not compile.
 */
import type { Recipe } from './recipe/recipe.ts';
import { type TrlFields, trlWords } from './recipe/trl/check.ts';
import { optimiserBytes } from './recipe/trl/optimiser.ts';

/** Jobs of the trainer that save their state and go on from it; the others of domain/trainer.ts begin anew. */
export const resumableJobs = ['sft', 'grpo'] as const;
export type ResumableJob = (typeof resumableJobs)[number];

type Sft = Pick<Recipe, 'sft'>;
type Grpo = Pick<Recipe, 'grpo'>;

/** What decides the memory of an optimiser step (domain/plan/memory.ts). */
export interface StepSize {
  settings: Pick<Recipe['sft'], 'perDeviceBatchSize' | 'gradientCheckpointing'>;
  /** Tokens of a trajectory or a completion, at most. */
  completion: number;
  /** Whether the adapter's inputs are dropped at random, which keeps a copy of them. */
  dropout: boolean;
  /** Sequences that all devices sample in a step. */
  sampled: number;
  /** Bytes per trainable parameter: adapter, gradient, the optimiser's state, and a frozen adapter where one is the reference. */
  adapterBytes: number;
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
  /** Whether a validation follows the last step, which the checkpoint of that step does not hold. */
  validates(recipe: Pick<Recipe, 'grpo'>): boolean;
  /** Where its stretches end, in epochs or steps; none where the recipe leaves the stage out. */
  ends(recipe: Recipe): readonly number[];
  memory(recipe: Recipe): StepSize;
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
  /** Head of its column in the model card, and what stands below; `step` is the exported checkpoint's. */
  column: string;
  settings(recipe: Recipe, step: number): StageSettings;
  /** What `status` says while it is trained to this end. */
  status(end: number, recipe: Recipe): string;
}

/** Longest trajectories of the paper's examples, in tokens. */
const trajectoryTokens = 512;

const sftSteps = ({ sft, lora }: Pick<Recipe, 'sft' | 'lora'>): StepSize => ({
  settings: sft,
  completion: trajectoryTokens,
  dropout: (lora?.dropout ?? 0) > 0,
  sampled: 0,
  adapterBytes: 8 + optimiserBytes(sft.trl),
});

const grpoSteps = ({ grpo }: Grpo): StepSize => ({
  settings: grpo,
  completion: grpo.maxCompletionLength,
  // Off in GRPO: the policy would differ from its own reference.
  dropout: false,
  sampled: grpo.promptsPerStep * grpo.generations,
  adapterBytes: 12 + optimiserBytes(grpo.trl),
});

/** Further fields of TRL that the recipe sets, for a cell of a table; begins with a comma. */
const further = (trl: TrlFields | undefined): string => {
  const words = trlWords(trl).replaceAll('|', '\\|');
  return words === '' ? '' : `, TRL: ${words}`;
};

const grpoSettings = ({ grpo }: Grpo, step: number): StageSettings => ({
  learningRate: grpo.learningRate,
  batch: `${grpo.promptsPerStep} prompts × ${grpo.generations} completions`,
  length: `${step} of ${grpo.steps} steps`,
  other:
    `temperature ${grpo.temperature}, β ${grpo.beta}, ε ${grpo.epsilon}, KL gradient ${grpo.klGradient}` +
    (grpo.dynamicSampling ? `, groups of equal reward drawn anew up to ${grpo.dynamicSampling} times` : '') +
    further(grpo.trl),
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const epochs = (count: number): string => `${count} ${count === 1 ? 'epoch' : 'epochs'}`;

/** In the order in which they are trained. */
export const stages = {
  /** A first phase of SFT, on pictures with explained concepts (A20). */
  concepts: {
    job: 'sft',
    validates: () => true,
    ends: ({ sft }: Sft) => upTo(sft.conceptAlignment?.epochs ?? 0),
    memory: sftSteps,
    title: 'Alignment of concepts',
    shortTitle: 'Concepts',
    perStep: false,
    rank: 0,
    logTitle: 'Concepts',
    logField: 'concepts',
    column: 'Concepts',
    settings: ({ sft }: Sft) => ({
      learningRate: sft.learningRate,
      batch: `${sft.batchSize} pictures`,
      length: epochs(sft.conceptAlignment?.epochs ?? 0),
      other: `${sft.conceptAlignment?.explanations ?? 0} wordings of each concept${further(sft.trl)}`,
    }),
    status: (epoch, { sft }: Sft) => `concepts, epoch ${epoch} of ${sft.conceptAlignment?.epochs ?? 0}`,
  },
  sft: {
    job: 'sft',
    validates: () => true,
    ends: ({ sft }: Sft) => upTo(sft.epochs),
    memory: sftSteps,
    title: 'SFT',
    shortTitle: 'SFT',
    perStep: false,
    rank: 2,
    logTitle: 'SFT',
    logField: 'sft',
    column: 'SFT',
    settings: ({ sft, trajectories }: Pick<Recipe, 'sft' | 'trajectories'>) => ({
      learningRate: sft.learningRate,
      batch: `${sft.batchSize} trajectories`,
      length: epochs(sft.epochs),
      other: `trajectory types ${trajectories.types.join(', ')}${further(sft.trl)}`,
    }),
    status: (epoch, { sft }: Sft) => `epoch ${epoch} of ${sft.epochs}`,
  },
  /** GRPO that continues the adapter of SFT. */
  grpo: {
    job: 'grpo',
    validates: ({ grpo }: Grpo) => grpo.validation !== undefined,
    ends: ({ grpo }: Grpo) => grpo.milestones,
    memory: grpoSteps,
    title: 'SFT + GRPO',
    shortTitle: 'GRPO',
    perStep: true,
    rank: 3,
    logTitle: 'GRPO after SFT',
    logField: 'grpo',
    column: 'GRPO',
    settings: grpoSettings,
    status: (step, { grpo }: Grpo) => `to step ${step} of ${grpo.steps}`,
  },
  /** The paper's ablation: GRPO that begins with the base model. */
  'rl-only': {
    job: 'grpo',
    validates: ({ grpo }: Grpo) => grpo.validation !== undefined,
    ends: ({ grpo }: Grpo) => grpo.rlOnlyMilestones,
    memory: grpoSteps,
    title: 'RL without SFT',
    shortTitle: 'RL only',
    perStep: true,
    rank: 1,
    logTitle: 'RL without SFT',
    logField: 'rlOnly',
    column: 'RL without SFT',
    settings: grpoSettings,
    status: (step, { grpo }: Grpo) => `without SFT, to step ${step} of ${grpo.steps}`,
  },
} as const satisfies Record<string, StageRow>;

export type Stage = keyof typeof stages;

export const stageNames = Object.keys(stages) as Stage[]; // of a literal: its keys and no others

export type LogField = (typeof stages)[Stage]['logField'];

/** A value for each stage, by its field in `report.json`. */
export const byLogField = <T>(of: (stage: Stage) => T): Record<LogField, T> =>
  Object.fromEntries(stageNames.map((stage) => [stages[stage].logField, of(stage)])) as Record<LogField, T>; // one for each row
