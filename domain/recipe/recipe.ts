/**
 * A recipe: everything that decides what a run computes, and nothing about where it runs (that is the environment's).
 * Unknown fields are refused. Two recipes with equal contents share every artifact. Its parts stand beside this file,
 * what a method alone has in `methods/`.
 */
import { z } from 'zod';
import { skinR1RecipeSchema } from './methods/skin-r1.ts';
import { skinGptR1RecipeSchema } from './methods/skingpt-r1.ts';

/** The recipe of each method by its name; a new method is a line here and one in `domain/methods/index.ts`, and what CONTRIBUTING.md lists. */
export const schemaOfMethod = { 'skin-r1': skinR1RecipeSchema, 'skingpt-r1': skinGptR1RecipeSchema } as const;
export type MethodName = keyof typeof schemaOfMethod;
export const methodNames = Object.keys(schemaOfMethod) as MethodName[]; // of a literal: its keys and no others

/** A recipe that names none is read as this one's. */
export const assumedMethod: MethodName = 'skin-r1';

type Member = (typeof schemaOfMethod)[MethodName];
const members = Object.values(schemaOfMethod) as [Member, ...Member[]]; // there is one

export const recipeSchema = z.discriminatedUnion('method', members, {
  error: ({ code }) =>
    code === 'invalid_union' ? `expected ${methodNames.map((name) => `"${name}"`).join(' or ')}` : undefined,
});
export type Recipe = z.infer<typeof recipeSchema>;

/** The recipe of one method. */
export type RecipeOf<M extends MethodName> = Extract<Recipe, { method: M }>;

/** The sets that training reads, for people. */
export const sourceNames = ({ sources }: Recipe['data']): string =>
  sources
    .filter(({ use }) => use !== 'ood' && use !== 'test')
    .map(({ adapter }) => adapter)
    .join(', ');
