/** A method that is nothing but data, SFT and an evaluation: all that it needs stands in this folder. */
import { z } from 'zod';
import type { Method } from '../../../domain/methods/method.ts';
import { planStages } from '../../../domain/plan/stages.ts';
import { skinR1RecipeSchema } from '../../../domain/recipe/methods/skin-r1.ts';
import { parseBy } from '../../../domain/recipe/parse.ts';
import { tinyReportSchema } from './report.ts';

const { name, seed, prompts, model, lora, data, trajectories, sft, questions, rewards, evaluation } =
  skinR1RecipeSchema.shape;

export const tinyRecipeSchema = z.strictObject({
  ...{ name, seed, prompts, model, lora, data, trajectories, sft, questions, rewards, evaluation },
  method: z.literal('tiny'),
  /** A setting that no other method has. */
  greeting: z.string(),
});
export type TinyRecipe = z.infer<typeof tinyRecipeSchema>;

export const parseTinyRecipe = (recipe: unknown, file: string): TinyRecipe =>
  parseBy((value) => tinyRecipeSchema.safeParse(value), recipe, file);

export const tiny: Method<TinyRecipe> = {
  name: 'tiny',
  title: 'Tiny method',
  workflow: 'tinyMethod',
  parts: ['data', 'sft', 'evaluation', 'report'],
  // Skin-R1's; a method of Dermflow has rows of its own.
  stages: ['sft'],
  trained: () => ['sft'],
  plan: ({ recipe, data, ...given }) => {
    const stages = planStages({ recipe, rows: { sft: data.items }, ...given });
    return { plan: { stages }, words: `${stages.length} stage of training` };
  },
  asksOthers: () => false,
  report: tinyReportSchema,
  ablation: null,
  card: ({ recipe }) => ({
    made: `Made by nobody. ${recipe.greeting}`,
    data: 'Nothing of note.',
    counts: null,
    lineage: 'the adapter is that of SFT.',
    rewards: null,
    answers: 'they are answered somehow.',
    reasoning: 'Its reasoning is none',
  }),
};
