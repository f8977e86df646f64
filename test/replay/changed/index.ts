/** A workflow changed in a way that no open run would survive: one more activity before the first. */
import type { SkinR1Input, SkinR1Result } from '../../../domain/contracts.ts';
import { parseRecipe } from '../../../domain/parse-recipe.ts';
import { prepareData } from '../../../workflows/activities.ts';
import { skinR1 as unchanged } from '../../../workflows/index.ts';

export async function skinR1(input: SkinR1Input): Promise<SkinR1Result> {
  await prepareData({ recipe: parseRecipe(input.recipe, 'recipe') });
  return unchanged(input);
}
