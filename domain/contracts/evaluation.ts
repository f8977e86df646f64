/** Evaluation, on cpu workers, beside training. */
import type { ArtifactRef } from '../artifact.ts';
import type { QuestionTask } from '../questions/question.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { CheckpointRef, ModelRef } from './references.ts';

/** The part of a recipe that decides how a model is asked. */
type EvaluationRecipe = Pick<RecipeParts, 'seed' | 'prompts' | 'model' | 'evaluation'>;

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
  /** 95 % interval of the accuracy, by patients. */
  low: number;
  high: number;
  macroF1: number;
  /** Share of outputs from which no answer could be read. */
  unparsed: number;
  /** By the lenient reader; absent in evaluations of before version 7, and of rules, which write no text. */
  lenient?: LenientScore;
}

/** Interval and macro-F1 are absent in evaluations of before version 7. */
export type LenientScore = { accuracy: number; unparsed: number; low?: number; high?: number; macroF1?: number };

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
