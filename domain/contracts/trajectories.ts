/** Trajectories and explanations of concepts, on llm workers. */
import type { ArtifactRef } from '../artifact.ts';
import type { LlmAccount, LlmBudget } from '../llm-account.ts';
import type { RecipeParts } from '../recipe/parts.ts';

export interface TrajectoriesResult {
  trajectories: ArtifactRef;
  counts: { train: number; validation: number; llmCalls: number; rejected: number };
  /** What trajectories cost this run; null where another run had it done. Absent in results of before version 0.2. */
  llm?: LlmAccount | null;
}

/** What a run may spend on the language model, and what its earlier parts spent. */
export interface LlmAllowance {
  budget?: LlmBudget;
  spent?: LlmAccount[];
}

/** The part of a recipe that decides what a language model writes. */
export type WritingRecipe = Pick<RecipeParts, 'seed' | 'prompts' | 'trajectories' | 'sft' | 'budget' | 'llm'>;

export interface TrajectoryActivities {
  synthesiseTrajectories(
    input: { recipe: WritingRecipe; textbook: ArtifactRef } & LlmAllowance,
  ): Promise<TrajectoriesResult>;
  /** Rows for the first phase of SFT out of pictures with concepts (A20). */
  explainConcepts(input: { recipe: WritingRecipe; concepts: ArtifactRef } & LlmAllowance): Promise<TrajectoriesResult>;
}
