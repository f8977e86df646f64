/** The report, on cpu workers. */
import type { ArtifactRef } from '../artifact.ts';
import type { LlmAccount } from '../llm-account.ts';
import type { SkinR1Recipe } from '../recipe/methods/skin-r1.ts';
import type { SkinGptR1Recipe } from '../recipe/methods/skingpt-r1.ts';
import type { MilestoneChoice } from '../rewards/milestones.ts';
import type { Stage } from '../stages/index.ts';
import type { BenchmarkResult, ProbesResult } from './benchmarks.ts';
import type { CasesResult, DataResult } from './data.ts';
import type { EvaluationResult } from './evaluation.ts';
import type { CertifiedResult, DermcotResult, NarrativesResult, ScoresResult } from './narratives.ts';
import type { ModelRef } from './references.ts';
import type { TrajectoriesResult } from './trajectories.ts';

/** Of a stretch of training. */
export interface StageLog {
  stage: Stage;
  metrics: ArtifactRef;
}

/** What every method's report gets of the run. */
export interface ReportedRun {
  run: string;
  recipe: object;
  model: ModelRef;
}

/** Of Skin-R1. */
export interface ReportInput extends ReportedRun {
  recipe: SkinR1Recipe;
  data: DataResult;
  trajectories: TrajectoriesResult;
  /** Logs of every stretch, the stretches of a stage in their order. */
  logs: StageLog[];
  evaluations: EvaluationResult[];
  adapter: ArtifactRef;
  /** Milestones that a validation chose. */
  chosen?: MilestoneChoice[];
  /** Of a recipe that asks for them. */
  probes?: ProbesResult;
  /** What the run spent on the language model; histories and `report.json` call the part of the run `stage`. */
  spent?: { stage: string; account: LlmAccount }[];
}

/** Of SkinGPT-R1. */
export interface NarrativeReportInput extends ReportedRun {
  recipe: SkinGptR1Recipe;
  data: CasesResult;
  narratives: NarrativesResult;
  /** Of all narratives. */
  scores: ScoresResult;
  /** Null: none were asked for. */
  certified: CertifiedResult | null;
  dermcot: DermcotResult;
  /** Logs of every stretch, the stretches of a stage in their order. */
  logs: StageLog[];
  /** Each model, named by its id, on each classification set. */
  evaluations: BenchmarkResult[];
  /** Each model on DermBench's part of the run, scored as narratives. */
  bench: BenchmarkResult[];
  adapter: ArtifactRef;
  /** What the run spent on the language model; histories and `report.json` call the part of the run `stage`. */
  spent?: { stage: string; account: LlmAccount }[];
}

/** One for each method. */
export interface ReportActivities {
  writeReport(input: ReportInput): Promise<ArtifactRef>;
  writeNarrativeReport(input: NarrativeReportInput): Promise<ArtifactRef>;
}
