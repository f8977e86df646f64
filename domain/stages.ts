/**
 * The stages of training: what has a plan of steps, checkpoints, a log of its own and models to evaluate. A new one is a
 * row here; what a row lacks does not compile.
 */
import type { SkinR1Recipe } from './recipe/methods/skin-r1.ts';
import { optimiserBytes } from './recipe/trl/optimiser.ts';
import { skingptStages } from './training/skingpt-stages.ts';
import {
  epochs,
  further,
  type StageRow,
  type StageSettings,
  type StepRows,
  type StepSize,
  sftRows,
  sftSteps,
  type TrainedWeights,
  type Trains,
  upTo,
} from './training/stage-row.ts';

export type { StageRow, StageSettings, StepSize, Trains } from './training/stage-row.ts';
export { type ResumableJob, resumableJobs } from './training/stage-row.ts';

type Sft = Pick<SkinR1Recipe, 'sft'>;
type Grpo = Pick<SkinR1Recipe, 'grpo'>;

const grpoSteps = ({ grpo }: Grpo): StepSize => ({
  settings: grpo,
  completion: grpo.maxCompletionLength,
  // Off in GRPO: the policy would differ from its own reference.
  dropout: false,
  sampled: grpo.promptsPerStep * grpo.generations,
  adapterBytes: 12 + optimiserBytes(grpo.trl),
});

const grpoRows = ({ grpo }: Grpo): StepRows => ({
  ...{ setting: 'grpo', rows: grpo.promptsPerStep, sequences: grpo.promptsPerStep * grpo.generations },
  saveEvery: grpo.saveEvery,
});

/** The recipe's own adapter, or parts of the model. */
const ownWeights = ({ lora, full }: Trains): TrainedWeights => ({ lora: lora ?? null, ...(full ? { full } : {}) });

const grpoSettings = ({ grpo }: Grpo, step: number): StageSettings => ({
  learningRate: grpo.learningRate,
  batch: `${grpo.promptsPerStep} prompts × ${grpo.generations} completions`,
  length: `${step} of ${grpo.steps} steps`,
  other:
    `temperature ${grpo.temperature}, β ${grpo.beta}, ε ${grpo.epsilon}, KL gradient ${grpo.klGradient}` +
    (grpo.dynamicSampling ? `, groups of equal reward drawn anew up to ${grpo.dynamicSampling} times` : '') +
    further(grpo.trl),
});

/** In the order in which they are trained. */
export const stages = {
  /** A first phase of SFT, on pictures with explained concepts (A20). */
  concepts: {
    job: 'sft',
    validates: () => true,
    ends: ({ sft }: Trains) => upTo(sft?.conceptAlignment?.epochs ?? 0),
    memory: sftSteps,
    step: (recipe: Sft) => sftRows('sft', recipe),
    trains: ownWeights,
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
    ends: ({ sft }: Trains) => upTo(sft?.epochs ?? 0),
    memory: sftSteps,
    step: (recipe: Sft) => sftRows('sft', recipe),
    trains: ownWeights,
    title: 'SFT',
    shortTitle: 'SFT',
    perStep: false,
    rank: 2,
    logTitle: 'SFT',
    logField: 'sft',
    column: 'SFT',
    settings: ({ sft, trajectories }: Pick<SkinR1Recipe, 'sft' | 'trajectories'>) => ({
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
    validates: ({ grpo }: Trains) => grpo?.validation !== undefined,
    ends: ({ grpo }: Trains) => grpo?.milestones ?? [],
    memory: grpoSteps,
    step: grpoRows,
    trains: ownWeights,
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
    validates: ({ grpo }: Trains) => grpo?.validation !== undefined,
    ends: ({ grpo }: Trains) => grpo?.rlOnlyMilestones ?? [],
    memory: grpoSteps,
    step: grpoRows,
    trains: ownWeights,
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
  ...skingptStages,
} as const satisfies Record<string, StageRow>;

export type Stage = keyof typeof stages;

export const stageNames = Object.keys(stages) as Stage[]; // of a literal: its keys and no others

/** Fields that every `report.json` has, also where they are empty; the others are there where something was logged. */
const alwaysThere = ['concepts', 'sft', 'grpo', 'rlOnly'] as const satisfies LogField[];
type AlwaysThere = (typeof alwaysThere)[number];

export type LogField = (typeof stages)[Stage]['logField'];
export type ByLogField<T> = Record<AlwaysThere, T> & { [field in Exclude<LogField, AlwaysThere>]?: T };

/** The lines of each stage, by its field in `report.json`. */
export const byLogField = <T extends readonly unknown[]>(of: (stage: Stage) => T): ByLogField<T> =>
  Object.fromEntries(
    stageNames
      .map((stage) => [stages[stage].logField, of(stage)] as const)
      .filter(([field, lines]) => lines.length > 0 || alwaysThere.some((always) => always === field)),
  ) as ByLogField<T>; // what is always there is kept
