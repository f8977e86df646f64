/** By which rules a run's recipe is read: those of its start, whatever has become stricter since. */
import { patched } from '@temporalio/workflow';
import { patches } from '../domain/names.ts';
import { type RecipeVersion, recipeVersions } from '../domain/recipe/common.ts';

/** A history is marked with the newest version that there was when it began; one without a mark is of version 1. */
export const rulesAtStart = (): RecipeVersion =>
  recipeVersions.toReversed().find((version) => version === 1 || patched(patches.recipeRules(version))) ?? 1;
