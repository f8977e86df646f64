/** The stages of SkinGPT-R1: its adapters, with and without a teacher, and DermEval, the evaluator of narratives. */
import type { DermevalSettings } from '../recipe/dermeval.ts';
import type { DistilSettings } from '../recipe/distillation.ts';
import { optimiserBytes } from '../recipe/trl/optimiser.ts';
import {
  epochs,
  further,
  given,
  type StageRow,
  type StageSettings,
  type StepRows,
  type StepSize,
  sftRows,
  sftSteps,
  type Trains,
  trajectoryTokens,
  upTo,
} from './stage-row.ts';

/**
 * Tables of all labelled tokens by all words, in fp32, that a pass of the distillation holds at one time: logits, bias and
 * their sum, and what their gradients need. Counted in the code (distiller.py), not measured.
 */
const distilLogits = 6;

/** No gradient passes through the base, so its passes keep nothing but the layer at hand. */
const distilSteps = ({ distillation }: Trains): StepSize => ({
  settings: { perDeviceBatchSize: given(distillation).perDeviceBatchSize, gradientCheckpointing: true },
  completion: trajectoryTokens,
  dropout: false,
  sampled: 0,
  adapterBytes: 8 + optimiserBytes(undefined),
  wholeLogits: distilLogits,
});

const sorebSteps = ({ soreb }: DermevalSettings): StepSize => ({
  settings: soreb,
  completion: soreb.maxCompletionLength,
  dropout: false,
  sampled: soreb.promptsPerStep * soreb.generations,
  adapterBytes: 8 + optimiserBytes(undefined),
});

const distilRows = ({ distillation }: Trains): StepRows => {
  const { batchSize, saveEvery } = given(distillation);
  return { setting: 'distillation', rows: batchSize, sequences: batchSize, saveEvery };
};

const distilWords = (
  { learningRate, batchSize, adapters, ...own }: DistilSettings,
  length: 'epochs' | 'dermcotEpochs',
  distil: number,
): StageSettings => ({
  learningRate,
  batch: `${batchSize} narratives`,
  length: epochs(own[length]),
  other: `rank ${adapters.rank}, ${adapters.weights.sft} SFT + ${distil} distillation${adapters.branch ? ', with the side branch' : ''}`,
});

export const skinGptR1Stages = {
  /** The adapters of a distillation without the teacher's loss: the ablation "+ DermCoT". */
  dermcot: {
    job: 'distill',
    part: 'distillation',
    ends: ({ distillation }) => upTo(distillation?.dermcotEpochs ?? 0),
    memory: distilSteps,
    step: distilRows,
    trains: ({ distillation }) => ({ setting: 'distillation.adapters', adapters: given(distillation).adapters }),
    rollouts: () => null,
    title: 'DermCoT',
    shortTitle: 'DermCoT',
    perStep: false,
    rank: 4,
    logTitle: 'DermCoT, without a teacher',
    logField: 'dermcot',
    column: 'DermCoT',
    reference: null,
    nightly: true,
    published: null,
    settings: (recipe) => distilWords(given(recipe.distillation), 'dermcotEpochs', 0),
    status: (epoch, recipe) => `without a teacher, epoch ${epoch} of ${given(recipe.distillation).dermcotEpochs}`,
  },
  /** The adapters of a dual distillation (SkinGPT-R1). */
  distillation: {
    job: 'distill',
    part: 'distillation',
    ends: ({ distillation }) => upTo(distillation?.epochs ?? 0),
    memory: distilSteps,
    step: distilRows,
    trains: ({ distillation }) => ({ setting: 'distillation.adapters', adapters: given(distillation).adapters }),
    rollouts: () => null,
    title: 'DermCoT + distillation',
    shortTitle: 'Distilled',
    perStep: false,
    rank: 5,
    logTitle: 'Dual distillation',
    logField: 'distillation',
    column: 'Dual distillation',
    reference: null,
    nightly: true,
    published: null,
    settings: (recipe) => {
      const settings = given(recipe.distillation);
      return distilWords(settings, 'epochs', settings.adapters.weights.distil);
    },
    status: (epoch, recipe) => `distillation, epoch ${epoch} of ${given(recipe.distillation).epochs}`,
  },
  /** An evaluator of narratives (DermEval): first supervised. */
  'dermeval-sft': {
    job: 'sft',
    part: 'dermeval',
    ends: ({ dermeval }) => upTo(dermeval?.sft.epochs ?? 0),
    epochs: (own) => own.epochs,
    memory: ({ dermeval }) => sftSteps(given(dermeval)),
    step: ({ dermeval }) => sftRows('dermeval.sft', given(dermeval)),
    trains: ({ dermeval }) => ({ setting: 'dermeval.lora', lora: given(dermeval).lora }),
    rollouts: () => null,
    title: 'DermEval, SFT',
    shortTitle: 'DermEval SFT',
    perStep: false,
    rank: 6,
    logTitle: 'DermEval, SFT',
    logField: 'dermevalSft',
    column: 'DermEval, SFT',
    reference: null,
    nightly: true,
    published: null,
    settings: (recipe) => {
      const { sft } = given(recipe.dermeval);
      const batch = `${sft.batchSize} texts`;
      return { learningRate: sft.learningRate, batch, length: epochs(sft.epochs), other: further(sft.trl).slice(2) };
    },
    status: (epoch, recipe) => `DermEval, epoch ${epoch} of ${given(recipe.dermeval).sft.epochs}`,
  },
  /** SOREB, which continues the adapter of the evaluator's SFT. */
  dermeval: {
    job: 'soreb',
    part: 'dermeval',
    ends: ({ dermeval }) => dermeval?.soreb.milestones ?? [],
    memory: (recipe) => sorebSteps(given(recipe.dermeval)),
    step: ({ dermeval }) => {
      const { promptsPerStep: rows, generations, saveEvery } = given(dermeval).soreb;
      return { setting: 'dermeval.soreb', rows, sequences: rows * generations, saveEvery };
    },
    trains: ({ dermeval }) => ({ setting: 'dermeval.lora', lora: given(dermeval).lora }),
    rollouts: () => null,
    title: 'DermEval, SFT + SOREB',
    shortTitle: 'DermEval',
    perStep: true,
    rank: 7,
    logTitle: 'DermEval, SOREB',
    logField: 'dermeval',
    column: 'DermEval, SOREB',
    reference: null,
    nightly: true,
    published: null,
    settings: (recipe, step) => {
      const { soreb } = given(recipe.dermeval);
      return {
        learningRate: soreb.learningRate,
        batch: `${soreb.promptsPerStep} texts × ${soreb.generations} evaluations`,
        length: `${step} of ${soreb.steps} steps`,
        other: `temperature ${soreb.temperature}, the baseline keeps ${soreb.baselineDecay} of itself`,
      };
    },
    status: (step, recipe) => `DermEval, to step ${step} of ${given(recipe.dermeval).soreb.steps}`,
  },
} as const satisfies Record<string, StageRow>;
