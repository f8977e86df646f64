import { describe, expect, it } from 'vitest';
import { readRecipeOf } from '../../../../cli/start/recipes.ts';
import { ablationRuns } from '../../../../domain/methods/skin-r1/ablation/variants.ts';
import { parseRecipe } from '../../../../domain/recipe/parse.ts';
import { demoRecipe, paperRecipe, smallRecipe } from '../../../support/recipes.ts';

describe('the runs of the ablations', () => {
  it("are the paper's recipe as it stands, so that its own run serves, and GRPO by the flat reward", () => {
    const [own, flat] = ablationRuns(paperRecipe());
    expect(own).toEqual({ reward: 'own', recipe: paperRecipe() });
    const { grpo, rewards, ...same } = paperRecipe();
    expect(flat.recipe).toEqual({
      ...same,
      name: 'skin-r1-flat-reward',
      grpo: { ...grpo, rlOnlyMilestones: [] },
      rewards: { ...rewards, granularity: 'flat' },
    });
  });

  it('share data, trajectories, model and SFT, which therefore have the same keys', () => {
    const [{ recipe: own }, { recipe: flat }] = ablationRuns(demoRecipe());
    const shared = ({ seed, prompts, model, lora, data, trajectories, sft, evaluation }: typeof own) => ({
      ...{ seed, prompts, model, lora, data, trajectories, sft, evaluation },
    });
    expect(shared(flat)).toEqual(shared(own));
  });

  it("have Fig. 3's tests among their tasks, and RL without SFT at the milestones where the recipe names none", () => {
    const [{ recipe }] = ablationRuns(smallRecipe({ grpo: { rlOnlyMilestones: [] } }));
    expect(recipe.evaluation.tasks).toEqual(['diagnosis', 'lesion-condition', 'ddx', 'hierarchical']);
    expect(recipe.grpo.rlOnlyMilestones).toEqual([20, 40]);
  });

  it('have names that a recipe may have', () => {
    const name = 'a'.repeat(40);
    for (const { recipe } of ablationRuns({ ...demoRecipe(), name }))
      expect(parseRecipe(recipe, 'recipe')).toEqual(recipe);
  });

  it.each([
    ['sft-only', 'sft-only: grpo.milestones is empty: there is no GRPO after SFT; name the whole method’s recipe'],
    ['rl-only', 'rl-only: sft.epochs is 0: there is no SFT to leave out'],
    ['flat-reward', 'flat-reward: rewards.granularity is flat already'],
  ])('are refused of %s, in one line that says why', async (name, words) => {
    const recipe = await readRecipeOf('skin-r1', name);
    expect(() => ablationRuns(recipe)).toThrow(words.replace('’', "'"));
  });
});
