/**
 * A run: what starts it, what it returns, what it says of itself.
 *
 * Contracts are inputs and results of workflows and activities. Payloads are references and small numbers; data goes
 * through the store. Interfaces stand here, not beside their implementations, so that workflow code imports no Node
 * module.
 */
import type { ArtifactRef } from '../artifact.ts';
import type { LlmBudget } from '../llm-account.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Stage } from '../stages/index.ts';
import type { BenchmarkActivities, BenchmarkResult, JudgeActivities, ProbeActivities } from './benchmarks.ts';
import type { DatasetActivities } from './data.ts';
import type { ClassificationActivities, TeacherActivities } from './distillation.ts';
import type { EvaluationActivities, EvaluationResult, TaskScore } from './evaluation.ts';
import type { DermcotActivities, DescriptionActivities, NarrativeActivities, ReviewActivities } from './narratives.ts';
import type { ReportActivities } from './report.ts';
import type { TrainingActivities } from './training.ts';
import type { TrajectoryActivities } from './trajectories.ts';

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
  /** On the run's questions; empty of a method whose models answer in their own words. */
  evaluations: EvaluationResult[];
  /** Of such a method: each model on each of its sets, with pictures and without them, and on DermBench's part. */
  benchmarks?: BenchmarkResult[];
  /** As in `DataResult`. */
  textOnly?: TaskScore[];
}

/** A part of a run. Clients outside this repository read it as a stage, so its fields are named after that. */
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
  /** As in `RunResult`, so far. */
  benchmarks?: BenchmarkResult[];
  report: ArtifactRef | null;
  /** Why the run failed, in the words of the failure; null otherwise. */
  failure: string | null;
  /** Activities that wait until a person has mended the cause and says `resume`. Absent in runs from before version 0.2. */
  waitsFor?: { activity: string; reason: string }[];
}

/** All that workers do for a run; each has its part of a run in cli/follow/render.ts, or does not compile. */
export type Activities = DatasetActivities &
  TrajectoryActivities &
  TrainingActivities &
  EvaluationActivities &
  NarrativeActivities &
  DescriptionActivities &
  DermcotActivities &
  ReviewActivities &
  TeacherActivities &
  ClassificationActivities &
  Pick<BenchmarkActivities, 'evaluateBenchmark'> &
  JudgeActivities &
  ProbeActivities &
  ReportActivities;
