/** Training, on gpu workers. */
import { z } from 'zod';
import type { ArtifactRef } from '../artifact.ts';
import type { FeatureForm } from '../features/encoder.ts';
import { type Motion, motionSchema } from '../heartbeats.ts';
import type { DermevalSettings } from '../recipe/dermeval.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { MilestoneChoice } from '../rewards/milestones.ts';
import type { StageBy } from '../stages/index.ts';
import type { BenchmarkResult } from './benchmarks.ts';
import type { DataResult } from './data.ts';
import type { EvaluationResult, TaskScore } from './evaluation.ts';
import type { CheckpointRef, ModelRef } from './references.ts';
import type { TrajectoriesResult } from './trajectories.ts';

export interface StretchResult {
  checkpoint: CheckpointRef;
  metrics: ArtifactRef;
  /** Last logged scalars, for the display. */
  last: Record<string, number | null>;
}

/** The part of a recipe that decides how SFT trains. */
export type SftRecipe = Pick<RecipeParts, 'seed' | 'model' | 'lora' | 'full' | 'sft'>;

/** The part that decides how GRPO trains. */
export type GrpoRecipe = Pick<RecipeParts, 'seed' | 'model' | 'lora' | 'full' | 'grpo' | 'prompts' | 'rewards'>;

export interface SftInput {
  /** Absent in runs begun before version 0.2, whose `recipe.sft.epochs` were those of the stage at hand. */
  stage?: StageBy<'sft'>;
  recipe: SftRecipe;
  model: ModelRef;
  /** The rows: trajectories, explained concepts, or evaluations of narratives, each in their stage. */
  trajectories: ArtifactRef;
  /** Rows that are trained on; fixes the number of steps. */
  rows: number;
  /** Policy start; without it a fresh adapter. */
  adapter?: CheckpointRef;
  /** Of the whole stage. Absent in runs begun before it was given: those that the recipe gives the stage. */
  epochs?: number;
  /** 1-based epoch at whose end the stretch stops. */
  epoch: number;
}

export interface GrpoInput {
  /** Absent in runs begun before it was given: with `sft` that of GRPO after SFT, else that of RL without it. */
  stage?: StageBy<'grpo'>;
  recipe: GrpoRecipe;
  model: ModelRef;
  /** With the values of their options, which `rewards.granularity` decided when they were made. */
  questions: ArtifactRef;
  /** Policy start and KL reference of every stretch; null: none, the base model is both. */
  sft: CheckpointRef | null;
  /** Of the whole stage. Absent in runs begun before they were given: those that the recipe gives the stage. */
  milestones?: readonly number[];
  /** The one of them at which this stretch stops. */
  stopAt: number;
}

/** Of a teacher in the store: each picture's features by its digest (activities/features/feature-chunks.ts). */
export interface TeacherRef {
  /** Digest of the encoder and its settings. */
  encoder: string;
  form: FeatureForm;
}

export interface DistilInput {
  /** `dermcot`: without a teacher. */
  stage: StageBy<'distill'>;
  recipe: Pick<RecipeParts, 'seed' | 'model' | 'distillation'>;
  model: ModelRef;
  /** The rows: those to train on and to validate with, of an artifact like trajectories. */
  narratives: ArtifactRef;
  /** Rows that are trained on; fixes the number of steps. */
  rows: number;
  /** Null in the stage without one. */
  teacher: TeacherRef | null;
  /** 1-based epoch at whose end the stretch stops. */
  epoch: number;
}

export interface SorebInput {
  recipe: Pick<RecipeParts, 'seed' | 'model'> & { dermeval: DermevalSettings };
  model: ModelRef;
  /** Narratives with physicians' scores: a `judgements` artifact. */
  judgements: ArtifactRef;
  /** The evaluator's SFT, which SOREB continues. */
  sft: CheckpointRef;
  /** Milestone at which this stretch stops. */
  stopAt: number;
}

/** What the model card says beyond the recipe is optional: an adapter may be exported before its evaluation is known. */
export interface AdapterInput {
  recipe: Recipe;
  model: ModelRef;
  checkpoint: CheckpointRef;
  data?: DataResult['counts'];
  trajectories?: TrajectoriesResult['counts'];
  evaluations?: EvaluationResult[];
  textOnly?: TaskScore[];
  /** Of a method whose models answer in their own words: as in the run's result. */
  benchmarks?: BenchmarkResult[];
  /** What was written and chosen, of a method that is trained on narratives. */
  narratives?: {
    written: number;
    rejected: number;
    train: number;
    validation: number;
    certified: number;
    /** How many reviewers scored the certified ones, where it is known. */
    people?: number;
  };
  /** Why this milestone, where a validation chose it. */
  chosen?: MilestoneChoice[];
}

export interface TrainingActivities {
  /** With `recipe` also the adapter that it begins with, and whether the worker can do what it asks for; histories of before 2026-12 have none. */
  identifyModel(input: { base: string; recipe?: Recipe }): Promise<ModelRef>;
  trainSft(input: SftInput): Promise<StretchResult>;
  trainGrpo(input: GrpoInput): Promise<StretchResult>;
  trainDistilled(input: DistilInput): Promise<StretchResult>;
  trainSoreb(input: SorebInput): Promise<StretchResult>;
  exportAdapter(input: AdapterInput): Promise<ArtifactRef>;
}

/** Heartbeat of a running trainer: a hint for the display; the manifests in the store are the truth. */
export const trainingHeartbeatSchema = motionSchema.extend({
  phase: z.enum(['preparing', 'training', 'uploading']),
  step: z.int().nonnegative(),
  maxSteps: z.int().nonnegative(),
  stopAt: z.int().nonnegative(),
  /** Newest checkpoint in the store, null before the first. */
  checkpoint: z.int().nonnegative().nullable(),
  values: z.record(z.string(), z.number().nullable()),
  secondsPerStep: z.number().nullable(),
  /** Why the newest checkpoint could not be stored yet, in the store's words, and what to do; null otherwise. */
  waitsFor: z.string().nullable().default(null),
});
export type TrainingHeartbeat = z.infer<typeof trainingHeartbeatSchema>;
/** What the training itself says of it. */
export type TrainingState = Omit<TrainingHeartbeat, keyof Motion>;
