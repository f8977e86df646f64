import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { parseRecipe } from '../../domain/recipe/parse.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { underOwnRules } from '../../domain/recipe/versions.ts';

/** A run's recipe by the rules of its time, whatever has been made stricter since. */
export const recordedRecipe = (run: string, recipe: Parameters<typeof underOwnRules>[0]): Recipe =>
  parseRecipe(underOwnRules(recipe), `the recipe of run ${run}`);

/** The same; null for one that this version cannot read, e.g. of a method that it lacks. */
export function readableRecipe(...given: Parameters<typeof recordedRecipe>): Recipe | null {
  try {
    return recordedRecipe(...given);
  } catch (error) {
    if (error instanceof DermflowError && error.type === failureTypes.userMistake) return null;
    throw error;
  }
}
