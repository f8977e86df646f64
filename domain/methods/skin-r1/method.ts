/** Skin-R1 (arXiv 2511.14900): SFT on trajectories, then GRPO; a recipe may leave either out, as the paper's ablations do. */
import type { SkinR1Recipe } from '../../recipe/methods/skin-r1.ts';
import type { Method } from '../method.ts';
import { ablationRuns } from './ablation/variants.ts';
import { skinR1Card } from './card.ts';
import { skinR1Outline } from './outline.ts';
import { planRun } from './plan.ts';
import { describePlan } from './plan-words.ts';
import { reportSchema } from './report/report.ts';

export const skinR1Method: Method<SkinR1Recipe> = {
  ...skinR1Outline,
  plan: (input) => {
    const plan = planRun(input);
    return { plan, words: describePlan(input.recipe, plan) };
  },
  asksOthers: ({ rewards }) => rewards.plugin !== undefined,
  report: reportSchema,
  ablation: (recipe) =>
    ablationRuns(recipe).map(({ reward, recipe: own }) => ({
      ...{ recipe: own, words: reward === 'flat' ? 'flat reward' : "the recipe's own reward" },
    })),
  card: (source) => skinR1Card(source, skinR1Outline.trained(source.recipe)),
};
