/** What decides the numbers of a training stage: its key, its steps, its job. */

import { workKey } from '../../domain/artifact.ts';
import type { GrpoInput, SftInput } from '../../domain/contracts.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { rewardNames } from '../../domain/rewards/rewards.ts';
import type { GrpoJob, SftJob } from '../../domain/trainer.ts';
import type { Stretch } from './stretch.ts';

const describe = (work: Pick<Stretch, 'method' | 'inputs' | 'params'>) => ({ ...work, stageKey: workKey(work) });

/** Steps of one epoch; the last batch may be smaller, no row is dropped. */
export const stepsPerEpoch = (rows: number, batchSize: number): number => Math.ceil(rows / batchSize);

/** An epoch of SFT. Every epoch has the stage's key, in which neither `epoch` nor `saveEvery` stands. */
export function sftStretch({ recipe, model, trajectories, rows, epoch }: SftInput): Stretch {
  const { saveEvery: _, ...sft } = recipe.sft;
  const steps = stepsPerEpoch(rows, sft.batchSize);
  return {
    stage: 'sft',
    ...describe({
      method: 'sft/1',
      inputs: { model: model.sha256, trajectories: trajectories.sha256 },
      params: {
        sft,
        lora: recipe.lora,
        seed: recipe.seed,
        precision: recipe.model.precision,
        threads: recipe.model.threads,
      },
    }),
    maxSteps: steps * sft.epochs,
    startAt: steps * (epoch - 1),
    stopAt: steps * epoch,
  };
}

/** A milestone's stretch of GRPO. In the key stand the length of the plan and the SFT policy, not the milestone. */
export function grpoStretch({ recipe, model, questions, sft, stopAt }: GrpoInput): Stretch {
  const { saveEvery: _, steps: maxSteps, milestones, rlOnlyMilestones, ...grpo } = recipe.grpo;
  const { lora, rewards, seed, prompts } = recipe;
  const { precision, threads } = recipe.model;
  return {
    stage: 'grpo',
    ...describe({
      method: 'grpo/1',
      inputs: { model: model.sha256, questions: questions.sha256, ...(sft ? { sft: sft.sha256 } : {}) },
      params: { grpo, maxSteps, lora, rewards, seed, prompts, precision, threads },
    }),
    maxSteps,
    startAt: Math.max(0, ...(sft ? milestones : rlOnlyMilestones).filter((milestone) => milestone < stopAt)),
    stopAt,
  };
}

/** Paths of one attempt. */
export interface JobFolders {
  model: string;
  output: string;
  rows: string;
  images: string;
  adapter: string | null;
  resume: string | null;
}

const common = (recipe: Recipe, folders: JobFolders) => ({
  schema: 1 as const,
  seed: recipe.seed,
  threads: recipe.model.threads,
  precision: recipe.model.precision,
  model: folders.model,
  output: folders.output,
  adapter: folders.adapter,
  resume: folders.resume,
  lora: recipe.lora,
  data: { rows: folders.rows, images: folders.images },
});

const training = (settings: Recipe['sft'] | Recipe['grpo'], { maxSteps, stopAt }: Stretch) => ({
  plan: { maxSteps, stopAt, saveEvery: settings.saveEvery },
  optimiser: {
    learningRate: settings.learningRate,
    warmupRatio: settings.warmupRatio,
    weightDecay: settings.weightDecay,
    maxGradNorm: settings.maxGradNorm,
  },
  gradientCheckpointing: settings.gradientCheckpointing,
  perDeviceBatchSize: settings.perDeviceBatchSize,
});

export const sftJob = (recipe: Recipe, stretch: Stretch, folders: JobFolders, validation: string | null): SftJob => ({
  ...common(recipe, folders),
  ...training(recipe.sft, stretch),
  stage: 'sft',
  validation: validation === null ? null : { rows: validation, images: folders.images },
  batchSize: recipe.sft.batchSize,
});

export const grpoJob = (recipe: Recipe, stretch: Stretch, folders: JobFolders, rewardSocket: string): GrpoJob => ({
  ...common(recipe, folders),
  ...training(recipe.grpo, stretch),
  stage: 'grpo',
  promptsPerStep: recipe.grpo.promptsPerStep,
  generations: recipe.grpo.generations,
  temperature: recipe.grpo.temperature,
  beta: recipe.grpo.beta,
  epsilon: recipe.grpo.epsilon,
  maxCompletionLength: recipe.grpo.maxCompletionLength,
  rewardSocket,
  rewardNames: [...rewardNames],
});
