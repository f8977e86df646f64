/**
 * The rules of each version of recipes. A run that is open when a rule becomes stricter goes on by the rules that it was
 * started with: its recipe is parsed again at each replay of its history.
 *
 * A stricter rule: add a version to `recipeVersions`, and here a schema that adds the rule to the one before. A run states
 * what it was started with by the marks in its history (workflows/recipe-rules.ts).
 */
import type { z } from 'zod';
import { newestVersion, type RecipeVersion, recipeVersions } from './common.ts';
import { type Recipe, recipeSchema } from './recipe.ts';

const isSet = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/** Since version 2 nothing is counted twice: a task that stood twice was asked and scored twice. */
const eachOnce = recipeSchema
  .refine(({ evaluation }) => !('tasks' in evaluation) || isSet(evaluation.tasks), {
    path: ['evaluation', 'tasks'],
    message: 'a task stands twice; remove one',
  })
  .refine((recipe) => !('trajectories' in recipe) || isSet(recipe.trajectories.types), {
    path: ['trajectories', 'types'],
    message: 'a type stands twice; remove one',
  });

export const recipeSchemas: Readonly<Record<RecipeVersion, z.ZodType<Recipe>>> = { 1: recipeSchema, 2: eachOnce };

/** The version that a recipe names; null where it names none that there is. */
function namedVersion(recipe: unknown): RecipeVersion | null {
  const named: unknown = typeof recipe === 'object' && recipe !== null ? Reflect.get(recipe, 'schema') : undefined;
  return recipeVersions.find((version) => version === named) ?? null;
}

/** Parses by the version that the recipe names, else by `version`. */
export const parseByVersion = (recipe: unknown, version: RecipeVersion): z.ZodSafeParseResult<Recipe> =>
  recipeSchemas[namedVersion(recipe) ?? version].safeParse(recipe);

/**
 * The recipe of a run that is to be continued: where today's rules refuse it, it names the newest version that takes it,
 * so that a failed run goes on by the rules that it was started with.
 */
export function underOwnRules<T>(recipe: T): T {
  if (typeof recipe !== 'object' || recipe === null || namedVersion(recipe) !== null) return recipe;
  const taking = recipeVersions.toReversed().find((version) => recipeSchemas[version].safeParse(recipe).success);
  return taking === undefined || taking === newestVersion ? recipe : { ...recipe, schema: taking };
}
