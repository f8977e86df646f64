/** A workflow changed in a way that no open run would survive: one more activity before the first. */
import type { RunInput, RunResult } from '../../../domain/contracts/run.ts';
import { parseRecipeOf } from '../../../domain/recipe/parse.ts';
import { prepareData } from '../../../workflows/activities.ts';
import { skinR1 as unchanged } from '../../../workflows/index.ts';

export async function skinR1(input: RunInput): Promise<RunResult> {
  await prepareData({ recipe: parseRecipeOf('skin-r1', input.recipe, 'recipe') });
  return unchanged(input);
}
