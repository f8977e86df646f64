/** A run's name out of its recipe. */
import { canonicalJson, digestOf } from '../domain/artifact.ts';
import { runId } from '../domain/names.ts';
import type { Recipe } from '../domain/recipe/recipe.ts';

export const digestOfRecipe = (recipe: unknown): string => digestOf(canonicalJson(recipe));

/** The same recipe, with the same data, is the same run. */
export const runOf = (recipe: Recipe): string => runId(recipe.name, digestOfRecipe(recipe));
