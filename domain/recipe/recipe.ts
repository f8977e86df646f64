/**
 * A recipe: everything that decides what a run computes, and nothing about where it runs (that is the environment's).
 * Unknown fields are refused. Two recipes with equal contents share every artifact. Its parts stand beside this file,
 * what a method alone has in `methods/`.
 */
import { z } from 'zod';
import { skinR1RecipeSchema } from './methods/skin-r1.ts';

/** A method is one more member. */
const methods = [skinR1RecipeSchema] as const;

export const recipeSchema = z.discriminatedUnion('method', methods, {
  // With one method a recipe without a known one is told all that is wrong with it.
  unionFallback: methods.length === 1,
  error: ({ code }) =>
    code === 'invalid_union'
      ? `expected ${methods.map(({ shape }) => `"${shape.method.unwrap().value}"`).join(', ')}`
      : undefined,
});
export type Recipe = z.infer<typeof recipeSchema>;

/** The sets that training reads, for people. */
export const sourceNames = ({ sources }: Recipe['data']): string =>
  sources
    .filter(({ use }) => use !== 'ood')
    .map(({ adapter }) => adapter)
    .join(', ');
