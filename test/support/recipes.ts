/** The shipped recipes, parsed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import type { SkinGptR1Recipe } from '../../domain/recipe/methods/skingpt-r1.ts';
import { parseRecipeOf } from '../../domain/recipe/parse.ts';
import { repositoryRoot } from '../../platform/env.ts';

function shippedRecipe(name: string): SkinR1Recipe {
  const file = join(repositoryRoot, `recipes/${name}.yaml`);
  return parseRecipeOf('skin-r1', parse(readFileSync(file, 'utf8')), file);
}

export const demoRecipe = (): SkinR1Recipe => shippedRecipe('demo');

/** The paper's settings. */
export const paperRecipe = (): SkinR1Recipe => shippedRecipe('skin-r1');

/** The demo with two epochs, two milestones and RL alone to two. */
export function smallRecipe(
  more: {
    sft?: Partial<SkinR1Recipe['sft']>;
    grpo?: Partial<SkinR1Recipe['grpo']>;
    evaluation?: Partial<SkinR1Recipe['evaluation']>;
  } = {},
): SkinR1Recipe {
  const recipe = demoRecipe();
  return {
    ...recipe,
    sft: { ...recipe.sft, epochs: 2, ...more.sft },
    grpo: { ...recipe.grpo, steps: 50, milestones: [20, 40], rlOnlyMilestones: [10, 40], ...more.grpo },
    evaluation: { ...recipe.evaluation, ...more.evaluation },
  };
}

/** The demo of SkinGPT-R1 with an epoch of each stage. */
export function smallNarratives(certified: Partial<SkinGptR1Recipe['certified']> = {}): SkinGptR1Recipe {
  const file = join(repositoryRoot, 'recipes/skingpt-demo.yaml');
  const recipe = parseRecipeOf('skingpt-r1', parse(readFileSync(file, 'utf8')), file);
  return {
    ...recipe,
    certified: { ...recipe.certified, ...certified },
    distillation: { ...recipe.distillation, epochs: 1, dermcotEpochs: 1 },
  };
}

/** The small recipe with an epoch on concepts first. */
export function recipeWithConcepts(): SkinR1Recipe {
  const recipe = smallRecipe({ sft: { conceptAlignment: { epochs: 1, explanations: 2 } } });
  const { generate: _, ...data } = recipe.data;
  return { ...recipe, data: { ...data, sources: [...data.sources, { adapter: 'skincon', use: 'concepts' }] } };
}
