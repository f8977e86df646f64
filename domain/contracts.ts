/**
 * Inputs and results of workflows and activities. Payloads are references and small numbers; data goes through the
 * store. Interfaces stand here, not beside their implementations, so that workflow code imports no Node module.
 */
import { z } from 'zod';
import { type ArtifactRef, artifactRefSchema, sha256Schema } from './artifact.ts';
import { type Motion, motionSchema } from './heartbeats.ts';
import type { LlmAccount, LlmBudget } from './llm-account.ts';
import type { QuestionTask } from './questions/question.ts';
import type { Recipe } from './recipe/recipe.ts';
import type { Stage } from './stages.ts';

/** A base model: where gpu workers find it, and what its bytes are. */
export const modelRefSchema = z.strictObject({ base: z.string(), sha256: sha256Schema });
export type ModelRef = z.infer<typeof modelRefSchema>;

/** A full trainer state; `step` counts optimiser steps of its stage. */
export const checkpointRefSchema = artifactRefSchema.extend({ step: z.int().nonnegative() });
export type CheckpointRef = z.infer<typeof checkpointRefSchema>;

/** What `client.workflow.start('skinR1', { args: [input] })` takes, and any other method's workflow. It parses the recipe. */
export interface RunInput {
  /** A recipe, or its YAML text. */
  recipe: Recipe | string;
  /** In place of the recipe's. */
  budget?: LlmBudget;
}

export interface RunResult {
  report: ArtifactRef;
  adapter: ArtifactRef;
  evaluations: EvaluationResult[];
  /** As in `DataResult`. */
  textOnly?: TaskScore[];
}

// ── data (cpu) ────────────────────────────────────────────────────────────────────────────────────────────────────
export interface DataResult {
  dataset: ArtifactRef;
  textbook: ArtifactRef;
  questions: ArtifactRef;
  /** Pictures with concepts, where the recipe aligns them (`sft.conceptAlignment`). */
  concepts?: ArtifactRef;
  /** What the options' labels alone earn on the test questions that the recipe asks; runs begun before it was measured lack it. */
  textOnly?: TaskScore[];
  /** Counts for the display: cases by split, quarantined images. */
  counts: { train: number; validation: number; test: number; textbook: number; quarantined: number };
}

/** What of a recipe decides the data. */
export type DataRecipe = Pick<Recipe, 'seed' | 'data' | 'sft' | 'questions' | 'rewards' | 'evaluation'>;

export interface DatasetActivities {
  /** Import or generate, split, and turn into questions. */
  prepareData(input: { recipe: DataRecipe }): Promise<DataResult>;
}

// ── trajectories (llm) ────────────────────────────────────────────────────────────────────────────────────────────
export interface TrajectoriesResult {
  trajectories: ArtifactRef;
  counts: { train: number; validation: number; llmCalls: number; rejected: number };
  /** What the stage cost this run; null where another run had it done. Absent in results of before version 0.2. */
  llm?: LlmAccount | null;
}

/** What a run may spend on the language model, and what its earlier stages spent. */
export interface LlmAllowance {
  budget?: LlmBudget;
  spent?: LlmAccount[];
}

/** What of a recipe decides what a language model writes. */
export type WritingRecipe = Pick<Recipe, 'seed' | 'prompts' | 'trajectories' | 'sft' | 'budget' | 'llm'>;

export interface TrajectoryActivities {
  synthesiseTrajectories(
    input: { recipe: WritingRecipe; textbook: ArtifactRef } & LlmAllowance,
  ): Promise<TrajectoriesResult>;
  /** Rows for the first phase of SFT out of pictures with concepts (A20). */
  explainConcepts(input: { recipe: WritingRecipe; concepts: ArtifactRef } & LlmAllowance): Promise<TrajectoriesResult>;
}

// ── training (gpu) ────────────────────────────────────────────────────────────────────────────────────────────────
export interface StretchResult {
  checkpoint: CheckpointRef;
  metrics: ArtifactRef;
  /** Last logged scalars, for the display. */
  last: Record<string, number | null>;
}

/** What of a recipe decides how SFT trains. */
export type SftRecipe = Pick<Recipe, 'seed' | 'model' | 'lora' | 'sft'>;

export interface SftInput {
  /** Absent in runs begun before version 0.2, whose `recipe.sft.epochs` were those of the stage at hand. */
  stage?: 'concepts' | 'sft';
  recipe: SftRecipe;
  model: ModelRef;
  /** The rows: trajectories, or explained concepts in their stage. */
  trajectories: ArtifactRef;
  /** Rows in `train.jsonl`; fixes the number of steps. */
  rows: number;
  /** Policy start; without it a fresh adapter. */
  adapter?: CheckpointRef;
  /** 1-based epoch at whose end the stretch stops. */
  epoch: number;
}

export interface GrpoInput {
  recipe: Recipe;
  model: ModelRef;
  questions: ArtifactRef;
  /** Policy start and KL reference of every stretch; null: RL without SFT. */
  sft: CheckpointRef | null;
  /** Milestone at which this stretch stops. */
  stopAt: number;
}

/** What the model card tells beyond the recipe is optional: an adapter may be exported before its evaluation is known. */
export interface AdapterInput {
  recipe: Recipe;
  model: ModelRef;
  checkpoint: CheckpointRef;
  data?: DataResult['counts'];
  trajectories?: TrajectoriesResult['counts'];
  evaluations?: EvaluationResult[];
  textOnly?: TaskScore[];
}

export interface TrainingActivities {
  identifyModel(input: { base: string }): Promise<ModelRef>;
  trainSft(input: SftInput): Promise<StretchResult>;
  trainGrpo(input: GrpoInput): Promise<StretchResult>;
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

// ── evaluation (evaluation) ───────────────────────────────────────────────────────────────────────────────────────
/** What of a recipe decides how a model is asked. */
export type EvaluationRecipe = Pick<Recipe, 'seed' | 'prompts' | 'model' | 'evaluation'>;

export interface EvaluationInput {
  /** Id of the model under test (evaluation/model-under-test.ts). */
  label: string;
  recipe: EvaluationRecipe;
  model: ModelRef;
  /** null: the base model without an adapter. */
  checkpoint: CheckpointRef | null;
  questions: ArtifactRef;
  image: 'real' | 'grey';
}

export interface TaskScore {
  task: QuestionTask;
  items: number;
  accuracy: number;
  /** 95 % interval of the accuracy, resampled by patient. */
  low: number;
  high: number;
  macroF1: number;
  /** Share of outputs from which no answer could be read. */
  unparsed: number;
}

export interface EvaluationResult {
  label: string;
  step: number | null;
  evaluation: ArtifactRef;
  scores: TaskScore[];
}

export interface EvaluationActivities {
  /** Null where the recipe's runtime needs no export. */
  exportForInference(input: EvaluationInput): Promise<ArtifactRef | null>;
  evaluateModel(input: EvaluationInput & { onnx: ArtifactRef | null }): Promise<EvaluationResult>;
}

// ── report (cpu) ──────────────────────────────────────────────────────────────────────────────────────────────────
export interface ReportInput {
  run: string;
  recipe: Recipe;
  model: ModelRef;
  data: DataResult;
  trajectories: TrajectoriesResult;
  /** Of every stretch, the stretches of a stage in their order. */
  logs: { stage: Stage; metrics: ArtifactRef }[];
  evaluations: EvaluationResult[];
  adapter: ArtifactRef;
  /** What the run spent on the language model. */
  spent?: { stage: string; account: LlmAccount }[];
}

export interface ReportActivities {
  writeReport(input: ReportInput): Promise<ArtifactRef>;
}

/** All that workers do for a run. */
export type Activities = DatasetActivities &
  TrajectoryActivities &
  TrainingActivities &
  EvaluationActivities &
  ReportActivities;

// ── what a run says of itself ─────────────────────────────────────────────────────────────────────────────────────
/** A part of a run. Clients outside of this repository read it as a stage, so its fields are called so. */
export interface PartProgress {
  stage: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  /** One short line, e.g. `epoch 2 of 4`. */
  detail: string;
}

/** Answer of the `progress` query. */
export interface RunProgress {
  recipe: string;
  stages: PartProgress[];
  /** Newest checkpoint that a finished stretch returned. */
  checkpoint: { stage: Stage; step: number } | null;
  evaluations: EvaluationResult[];
  report: ArtifactRef | null;
  /** Why the run failed, in the words of the failure; null otherwise. */
  failure: string | null;
  /** Activities that wait until a person has seen to something and says `resume`. Absent in runs of before version 0.2. */
  waitsFor?: { activity: string; reason: string }[];
}
