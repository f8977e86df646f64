/** What decides the numbers of a stage of training: its key, its steps, its job. */
import { join } from 'node:path';
import { type Json, workKey } from '../../domain/artifact.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import type { GrpoInput, GrpoRecipe, SftInput, SftRecipe } from '../../domain/contracts/training.ts';
import type { GrpoJob } from '../../domain/jobs/grpo.ts';
import type { SftJob } from '../../domain/jobs/sft.ts';
import type { ModelPart } from '../../domain/lora.ts';
import { publicBase } from '../../domain/models/public-base.ts';
import { sftBatches } from '../../domain/plan/batches.ts';
import type { RecipeParts } from '../../domain/recipe/parts.ts';
import type { TrlFields } from '../../domain/recipe/trl/check.ts';
import { stages } from '../../domain/stages.ts';
import type { Environment } from '../../platform/env.ts';
import type { LoadedPlugin } from './reward-plugin.ts';
import type { Stretch } from './stretch-context.ts';

/** What the environment decides of a job. */
export type Place = Environment['trainer'];

/** A base of the hub with its commit, for people; a folder is known by its digest alone. */
export function pinned({ base }: ModelRef): { base?: string } {
  const { name, revision } = publicBase(base);
  return revision === null ? {} : { base: `${name}@${revision}` };
}

export const describe = (work: Pick<Stretch, 'method' | 'inputs' | 'params'>) => ({ ...work, stageKey: workKey(work) });

/** The adapter of elsewhere that a first stage begins with. */
const start = ({ adapter }: ModelRef): Record<string, string> => (adapter ? { start: adapter.sha256 } : {});

/** Of full fine-tuning, in one order however the recipe lists them. */
const parts = ({ full }: Pick<RecipeParts, 'full'>): { full?: ModelPart[] } => (full ? { full: full.toSorted() } : {});

/** In runs that did not tell it; there an evaluator's settings are given as those of SFT. */
const epochsIn = (stage: NonNullable<SftInput['stage']>, recipe: SftRecipe): number =>
  stages[stage === 'dermeval-sft' ? 'sft' : stage].ends(recipe).length;

/** What decides the numbers of any stage beside its own settings. */
export const computedWith = (
  { seed, model: { precision, threads } }: Pick<RecipeParts, 'seed' | 'model'>,
  { attention }: Pick<Place, 'attention'>,
) => ({ seed, precision, threads, attention });

/** Steps of one epoch of a plan, which is counted from 1. */
export const epochOf = (epoch: number, epochs: number, steps: number) => ({
  maxSteps: steps * epochs,
  startAt: steps * (epoch - 1),
  stopAt: steps * epoch,
});

/** Saying nothing is what an empty object says. */
const passed = (trl: TrlFields | undefined): { trl?: Record<string, Json> } =>
  trl && Object.keys(trl).length > 0 ? { trl: { ...trl } } : {};

/**
 * An epoch of SFT. Every epoch has the stage's key, which holds neither `epoch` nor `saveEvery`. It holds the attention:
 * its implementations round differently, and a checkpoint of one must not pass for that of another.
 */
export function sftStretch(
  { stage = 'sft', recipe, model, trajectories, rows, adapter, epochs = epochsIn(stage, recipe), epoch }: SftInput,
  place: Pick<Place, 'attention'>,
): Stretch {
  // The adapter of the stage before says all that it did.
  const { saveEvery: _, conceptAlignment: __, trl, ...own } = recipe.sft;
  const sft = { ...own, ...passed(trl), epochs };
  const { stepsPerEpoch: steps } = sftBatches(rows, sft.batchSize);
  return {
    stage,
    ...describe({
      method: 'sft/3',
      inputs: {
        model: model.sha256,
        trajectories: trajectories.sha256,
        ...(adapter ? { adapter: adapter.sha256 } : start(model)),
      },
      params: {
        sft,
        lora: recipe.lora,
        ...parts(recipe),
        ...computedWith(recipe, place),
      },
    }),
    ...pinned(model),
    validates: true,
    ...epochOf(epoch, sft.epochs, steps),
  };
}

/**
 * A milestone's stretch of GRPO. The key holds the length of the plan and the SFT policy, not the milestone. A
 * reward of one's own is known by its bytes and its name, not by its path.
 */
export function grpoStretch(
  { recipe, model, questions, sft, stage = sft ? 'grpo' : 'rl-only', milestones, stopAt }: GrpoInput,
  plugin: LoadedPlugin | null,
  place: Pick<Place, 'attention'>,
): Stretch {
  const { saveEvery: _, steps: maxSteps, milestones: __, rlOnlyMilestones: ___, validation, trl, ...own } = recipe.grpo;
  const grpo = { ...own, ...passed(trl) };
  const { lora, prompts } = recipe;
  const { plugin: _file, ...rewards } = recipe.rewards;
  return {
    stage,
    ...describe({
      method: 'grpo/5',
      inputs: {
        model: model.sha256,
        questions: questions.sha256,
        ...(sft ? { sft: sft.sha256 } : start(model)),
        ...(plugin ? { plugin: plugin.sha256 } : {}),
      },
      params: {
        grpo,
        maxSteps,
        lora,
        ...parts(recipe),
        rewards: { ...rewards, ...(plugin ? { plugin: plugin.name } : {}) },
        prompts,
        ...computedWith(recipe, place),
      },
    }),
    ...pinned(model),
    validates: validation !== undefined,
    ...(validation ? { validation: { questions: validation.questions } } : {}),
    maxSteps,
    startAt: Math.max(0, ...(milestones ?? stages[stage].ends(recipe)).filter((milestone) => milestone < stopAt)),
    stopAt,
  };
}

/** Paths of one attempt. */
export interface JobFolders {
  /** Before the end of its plan the trainer waits for the next stretch. */
  stay: boolean;
  model: string;
  output: string;
  /** What the trainer reads, see {@link inputPaths}. */
  inputs: string;
  adapter: string | null;
  resume: string | null;
}

/** Rows for training and validation, their images, and the adapter to begin with. */
export const inputPaths = (folder: string) => ({
  rows: join(folder, 'rows.jsonl'),
  validation: join(folder, 'validation.jsonl'),
  images: join(folder, 'images'),
  adapter: join(folder, 'adapter'),
});

/** Paths of a job's rows and their images. */
export const rowsOf = ({ inputs }: JobFolders, name: 'rows' | 'validation') => {
  const paths = inputPaths(inputs);
  return { rows: paths[name], images: paths.images };
};

/** Of every job, whatever it trains. */
export const anyJob = (recipe: Pick<RecipeParts, 'seed' | 'model'>, folders: JobFolders, place: Place) => ({
  schema: 1 as const,
  seed: recipe.seed,
  threads: recipe.model.threads,
  precision: recipe.model.precision,
  model: folders.model,
  output: folders.output,
  adapter: folders.adapter,
  resume: folders.resume,
  data: rowsOf(folders, 'rows'),
  attention: place.attention,
  tracking: place.tracking,
});

export const common = (
  recipe: Pick<RecipeParts, 'seed' | 'model' | 'lora' | 'full'>,
  folders: JobFolders,
  place: Place,
) => ({ ...anyJob(recipe, folders, place), lora: recipe.lora, ...parts(recipe) });

type Planned = Pick<
  RecipeParts['sft'],
  'saveEvery' | 'learningRate' | 'warmupRatio' | 'weightDecay' | 'maxGradNorm' | 'perDeviceBatchSize'
>;

/** The plan and the optimiser of any job. */
export const planned = (settings: Planned, { maxSteps, stopAt }: Stretch, { stay }: JobFolders) => ({
  plan: { maxSteps, stopAt, saveEvery: settings.saveEvery, stay },
  optimiser: {
    learningRate: settings.learningRate,
    warmupRatio: settings.warmupRatio,
    weightDecay: settings.weightDecay,
    maxGradNorm: settings.maxGradNorm,
  },
  perDeviceBatchSize: settings.perDeviceBatchSize,
});

const training = (settings: RecipeParts['sft'] | RecipeParts['grpo'], stretch: Stretch, folders: JobFolders) => ({
  ...planned(settings, stretch, folders),
  gradientCheckpointing: settings.gradientCheckpointing,
  ...passed(settings.trl),
});

export const sftJob = (
  recipe: SftRecipe,
  stretch: Stretch,
  folders: JobFolders,
  place: Place,
  validates: boolean,
): SftJob => ({
  ...common(recipe, folders, place),
  ...training(recipe.sft, stretch, folders),
  job: 'sft',
  validation: validates ? rowsOf(folders, 'validation') : null,
  batchSize: recipe.sft.batchSize,
});

/** Where the trainer asks for rewards, and the names of their components. */
export interface RewardSource {
  socket: string;
  names: string[];
}

export const grpoJob = (
  recipe: GrpoRecipe,
  stretch: Stretch,
  folders: JobFolders,
  place: Place,
  rewards: RewardSource,
): GrpoJob => ({
  ...common(recipe, folders, place),
  ...training(recipe.grpo, stretch, folders),
  job: 'grpo',
  promptsPerStep: recipe.grpo.promptsPerStep,
  generations: recipe.grpo.generations,
  temperature: recipe.grpo.temperature,
  beta: recipe.grpo.beta,
  klGradient: recipe.grpo.klGradient,
  epsilon: recipe.grpo.epsilon,
  maxCompletionLength: recipe.grpo.maxCompletionLength,
  rollouts: { engine: recipe.grpo.rollouts, ...place.vllm },
  redraws: recipe.grpo.dynamicSampling ?? 0,
  ...(recipe.grpo.validation ? { validation: rowsOf(folders, 'validation') } : {}),
  rewardSocket: rewards.socket,
  rewardNames: rewards.names,
});
