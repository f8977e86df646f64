/** What a model card is written from. */
import type { AdapterInput } from '../contracts/training.ts';
import type { Recipe } from '../recipe/recipe.ts';

export type ModelCardSource<R = Recipe> = Omit<AdapterInput, 'checkpoint' | 'recipe'> & {
  recipe: R;
  /** Step of the exported checkpoint, in its stage. */
  step: number;
};

export const isGenerated = (recipe: Pick<Recipe, 'data'>): boolean => recipe.data.generate !== undefined;
