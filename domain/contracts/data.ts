/** Preparation of data, on cpu workers. */
import type { ArtifactRef } from '../artifact.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { TaskScore } from './evaluation.ts';

/** What every method's run has of its data. */
export interface CasesResult {
  dataset: ArtifactRef;
  questions: ArtifactRef;
  /** Counts for the display: cases by split, textbook cases that are trained on, quarantined images. */
  counts: { train: number; validation: number; test: number; textbook: number; quarantined: number };
}

export interface DataResult extends CasesResult {
  textbook: ArtifactRef;
  /** Pictures with concepts, where the recipe aligns them (`sft.conceptAlignment`). */
  concepts?: ArtifactRef;
  /** What the options' labels alone earn on the test questions that the recipe asks; runs begun before it was measured lack it. */
  textOnly?: TaskScore[];
}

/** The part of a recipe that decides its cases. */
export type CasesRecipe = Pick<Recipe, 'seed' | 'data'>;

/** The part of a recipe that decides its cases and questions; of a method without SFT or rewards it has none of theirs. */
export type DataRecipe = Pick<RecipeParts, 'seed' | 'data' | 'questions' | 'evaluation'> &
  Partial<Pick<RecipeParts, 'sft' | 'rewards'>>;

export interface DatasetActivities {
  /** Import or generate, split, and turn into questions. */
  prepareData(input: { recipe: DataRecipe }): Promise<DataResult>;
  /** The same without textbook and concepts; the questions are matched ones of all tasks, which any model may be asked later. */
  prepareCases(input: { recipe: CasesRecipe }): Promise<CasesResult>;
}
