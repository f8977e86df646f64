/** The data stage, on cpu workers. */
import type { ArtifactRef } from '../artifact.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { TaskScore } from './evaluation.ts';

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

/** The part of a recipe that decides the data. */
export type DataRecipe = Pick<Recipe, 'seed' | 'data' | 'sft' | 'questions' | 'rewards' | 'evaluation'>;

export interface DatasetActivities {
  /** Import or generate, split, and turn into questions. */
  prepareData(input: { recipe: DataRecipe }): Promise<DataResult>;
}
