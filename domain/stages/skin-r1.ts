/** The stages of Skin-R1: concepts and SFT, GRPO after SFT, and GRPO without it. */
import type { RecipeParts } from '../recipe/parts.ts';
import {
  epochs,
  further,
  grpoRollouts,
  grpoRows,
  grpoSteps,
  ownWeights,
  type StageRow,
  type StageSettings,
  sftRows,
  sftSteps,
  type Trains,
  upTo,
} from './stage-row.ts';

type Sft = Pick<RecipeParts, 'sft'>;
type Grpo = Pick<RecipeParts, 'grpo'>;

const grpoSettings = ({ grpo }: Grpo, step: number): StageSettings => ({
  learningRate: grpo.learningRate,
  batch: `${grpo.promptsPerStep} prompts × ${grpo.generations} completions`,
  length: `${step} of ${grpo.steps} steps`,
  other:
    `temperature ${grpo.temperature}, β ${grpo.beta}, ε ${grpo.epsilon}, KL gradient ${grpo.klGradient}` +
    (grpo.dynamicSampling ? `, groups of equal reward drawn anew up to ${grpo.dynamicSampling} times` : '') +
    further(grpo.trl),
});

export const skinR1Stages = {
  /** A first phase of SFT, on pictures with explained concepts (A20). */
  concepts: {
    job: 'sft',
    part: 'sft',
    ends: ({ sft }: Trains) => upTo(sft?.conceptAlignment?.epochs ?? 0),
    memory: sftSteps,
    step: (recipe: Sft) => sftRows('sft', recipe),
    trains: ownWeights,
    rollouts: () => null,
    title: 'Alignment of concepts',
    shortTitle: 'Concepts',
    perStep: false,
    rank: 0,
    logTitle: 'Concepts',
    logField: 'concepts',
    column: 'Concepts',
    reference: null,
    nightly: true,
    published: null,
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
    part: 'sft',
    ends: ({ sft }: Trains) => upTo(sft?.epochs ?? 0),
    memory: sftSteps,
    step: (recipe: Sft) => sftRows('sft', recipe),
    trains: ownWeights,
    rollouts: () => null,
    title: 'SFT',
    shortTitle: 'SFT',
    perStep: false,
    rank: 2,
    logTitle: 'SFT',
    logField: 'sft',
    column: 'SFT',
    reference: null,
    nightly: true,
    published: { row: 'SFT' },
    settings: ({ sft, trajectories }: Pick<RecipeParts, 'sft' | 'trajectories'>) => ({
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
    part: 'grpo',
    ends: ({ grpo }: Trains) => grpo?.milestones ?? [],
    memory: grpoSteps,
    step: (recipe: Grpo) => grpoRows('grpo', recipe),
    trains: ownWeights,
    rollouts: (recipe: Grpo) => grpoRollouts('grpo', recipe),
    title: 'SFT + GRPO',
    shortTitle: 'GRPO',
    perStep: true,
    rank: 3,
    logTitle: 'GRPO after SFT',
    logField: 'grpo',
    column: 'GRPO',
    reference: 'the SFT policy',
    nightly: true,
    published: { row: 'Skin-R1', steps: [500, 1000, 1500] },
    settings: grpoSettings,
    status: (step, { grpo }: Grpo) => `to step ${step} of ${grpo.steps}`,
  },
  /** The paper's ablation: GRPO that begins with the base model. */
  'rl-only': {
    job: 'grpo',
    part: 'grpo',
    ends: ({ grpo }: Trains) => grpo?.rlOnlyMilestones ?? [],
    memory: grpoSteps,
    step: (recipe: Grpo) => grpoRows('grpo', recipe),
    trains: ownWeights,
    rollouts: (recipe: Grpo) => grpoRollouts('grpo', recipe),
    title: 'RL without SFT',
    shortTitle: 'RL only',
    perStep: true,
    rank: 1,
    logTitle: 'RL without SFT',
    logField: 'rlOnly',
    column: 'RL without SFT',
    reference: 'the base model',
    nightly: false,
    published: { row: 'RL without SFT' },
    settings: grpoSettings,
    status: (step, { grpo }: Grpo) => `without SFT, to step ${step} of ${grpo.steps}`,
  },
} as const satisfies Record<string, StageRow>;
