/**
 * A recipe: everything that decides what a run computes, and nothing about where it runs (that is the environment's).
 * Unknown fields are refused. Two recipes with equal contents share every artifact. Its parts stand beside this file,
 * what a method alone has in `methods/`.
 */
import { z } from 'zod';
import { skinR1RecipeSchema } from './methods/skin-r1.ts';
import { skinGptR1RecipeSchema } from './methods/skingpt-r1.ts';

/** A method is one more member; its name is that of `domain/methods/`. */
export const recipeSchema = z.discriminatedUnion('method', [skinR1RecipeSchema, skinGptR1RecipeSchema], {
  error: ({ code }) => (code === 'invalid_union' ? 'expected "skin-r1" or "skingpt-r1"' : undefined),
});
export type Recipe = z.infer<typeof recipeSchema>;
export type MethodName = Recipe['method'];

/** The recipe of one method. */
export type RecipeOf<M extends MethodName> = Extract<Recipe, { method: M }>;

/** The sets that training reads, for people. */
export const sourceNames = ({ sources }: Recipe['data']): string =>
  sources
    .filter(({ use }) => use !== 'ood' && use !== 'test')
    .map(({ adapter }) => adapter)
    .join(', ');
