/** A workflow changed in a way that no open run would survive: one more activity before the first. */
import type { RunInput, RunResult } from '../../../domain/contracts/run.ts';
import { parseRecipe } from '../../../domain/recipe/parse.ts';
import { prepareData } from '../../../workflows/activities.ts';
import { skinR1 as unchanged } from '../../../workflows/index.ts';

export async function skinR1(input: RunInput): Promise<RunResult> {
  await prepareData({ recipe: parseRecipe(input.recipe, 'recipe') });
  return unchanged(input);
}
