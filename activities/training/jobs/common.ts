/** What jobs have in common: what decides the numbers of a stage (its key, its steps), and the job's fields. */
import { type Json, workKey } from '../../../domain/artifact.ts';
import type { ModelRef } from '../../../domain/contracts/references.ts';
import type { ModelPart } from '../../../domain/lora.ts';
import { publicBase } from '../../../domain/models/public-base.ts';
import type { RecipeParts } from '../../../domain/recipe/parts.ts';
import type { TrlFields } from '../../../domain/recipe/trl/check.ts';
import type { TrainerPlace } from '../../../platform/env.ts';
import { type JobFolders, rowsInput } from '../job-folders.ts';
import type { Stretch } from '../stretch-context.ts';

/** A base of the hub with its commit, for people; a folder is known by its digest alone. */
export function pinned({ base }: ModelRef): { base?: string } {
  const { name, revision } = publicBase(base);
  return revision === null ? {} : { base: `${name}@${revision}` };
}

export const withStageKey = (work: Pick<Stretch, 'method' | 'inputs' | 'params'>) => ({
  ...work,
  stageKey: workKey(work),
});

/** The adapter of elsewhere that a first stage begins with. */
export const startingAdapter = ({ adapter }: ModelRef): Record<string, string> =>
  adapter ? { start: adapter.sha256 } : {};

/** Of full fine-tuning, in one order however the recipe lists them. */
export const trainedParts = ({ full }: Pick<RecipeParts, 'full'>): { full?: ModelPart[] } =>
  full ? { full: full.toSorted() } : {};

/** What decides the numbers of any stage beside its own settings. */
export const computedWith = (
  { seed, model: { precision, threads } }: Pick<RecipeParts, 'seed' | 'model'>,
  { attention }: Pick<TrainerPlace, 'attention'>,
) => ({ seed, precision, threads, attention });

/** Steps of one epoch of a plan, which is counted from 1. */
export const epochOf = (epoch: number, epochs: number, steps: number) => ({
  maxSteps: steps * epochs,
  startAt: steps * (epoch - 1),
  stopAt: steps * epoch,
});

/** Saying nothing is what an empty object says. */
export const passed = (trl: TrlFields | undefined): { trl?: Record<string, Json> } =>
  trl && Object.keys(trl).length > 0 ? { trl: { ...trl } } : {};

/** Of every job, whatever it trains. */
export const anyJob = (recipe: Pick<RecipeParts, 'seed' | 'model'>, folders: JobFolders, place: TrainerPlace) => ({
  schema: 1 as const,
  seed: recipe.seed,
  threads: recipe.model.threads,
  precision: recipe.model.precision,
  model: folders.model,
  output: folders.output,
  adapter: folders.adapter,
  resume: folders.resume,
  data: rowsInput(folders, 'rows'),
  attention: place.attention,
  tracking: place.tracking,
});

export const common = (
  recipe: Pick<RecipeParts, 'seed' | 'model' | 'lora' | 'full'>,
  folders: JobFolders,
  place: TrainerPlace,
) => ({ ...anyJob(recipe, folders, place), lora: recipe.lora, ...trainedParts(recipe) });

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

/** Of a job by TRL's own trainer. */
export const trlJob = (settings: RecipeParts['sft'] | RecipeParts['grpo'], stretch: Stretch, folders: JobFolders) => ({
  ...planned(settings, stretch, folders),
  gradientCheckpointing: settings.gradientCheckpointing,
  ...passed(settings.trl),
});

/** Where the trainer asks for rewards, and the names of their components. */
export interface RewardSource {
  socket: string;
  names: string[];
}
