import { parseRecipe } from '../../domain/recipe/parse.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { underOwnRules } from '../../domain/recipe/versions.ts';

/** A run's recipe by the rules of its time, whatever has been made stricter since. */
export const recordedRecipe = (run: string, recipe: Parameters<typeof underOwnRules>[0]): Recipe =>
  parseRecipe(underOwnRules(recipe), `the recipe of run ${run}`);
