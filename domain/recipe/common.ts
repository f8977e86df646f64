/** Fields of every method's recipe. A method lists them among its own, in the order in which they are shown. */
import { z } from 'zod';
import { budgetSchema } from '../llm-account.ts';
import { dataSchema } from './data.ts';
import { evaluationSchema } from './evaluation.ts';
import { modelSchema } from './model.ts';

/**
 * Versions of the rules by which a recipe is read. One that refuses or means something else than the version before it
 * is a new one (`versions.ts`); what is merely added, with a default, is not.
 */
export const recipeVersions = [1, 2] as const;
export type RecipeVersion = (typeof recipeVersions)[number];
export const newestVersion: RecipeVersion = recipeVersions[recipeVersions.length - 1] ?? 1;

export const commonFields = {
  /** Rules by which the recipe is read. Absent: the newest that there were when the run was started. */
  schema: z.literal(recipeVersions).optional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected 1 to 40 of a-z, 0-9 and "-"'),
  seed: z.int().nonnegative(),
  model: modelSchema,
  data: dataSchema,
  evaluation: evaluationSchema,
  /** What a run may spend on the language model; at a limit it waits for `dermflow resume --budget`. Absent: no limit. */
  budget: budgetSchema.optional(),
};
