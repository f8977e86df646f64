/** The report, on cpu workers. */
import type { ArtifactRef } from '../artifact.ts';
import type { LlmAccount } from '../llm-account.ts';
import type { SkinR1Recipe } from '../recipe/methods/skin-r1.ts';
import type { MilestoneChoice } from '../rewards/milestones.ts';
import type { Stage } from '../stages.ts';
import type { ProbesResult } from './benchmarks.ts';
import type { DataResult } from './data.ts';
import type { EvaluationResult } from './evaluation.ts';
import type { ModelRef } from './references.ts';
import type { TrajectoriesResult } from './trajectories.ts';

export interface ReportInput {
  run: string;
  recipe: SkinR1Recipe;
  model: ModelRef;
  data: DataResult;
  trajectories: TrajectoriesResult;
  /** Logs of every stretch, the stretches of a stage in their order. */
  logs: { stage: Stage; metrics: ArtifactRef }[];
  evaluations: EvaluationResult[];
  adapter: ArtifactRef;
  /** Milestones that a validation chose. */
  chosen?: MilestoneChoice[];
  /** Of a recipe that asks for them. */
  probes?: ProbesResult;
  /** What the run spent on the language model. */
  spent?: { stage: string; account: LlmAccount }[];
}

export interface ReportActivities {
  writeReport(input: ReportInput): Promise<ArtifactRef>;
}
