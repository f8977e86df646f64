import { describe, expect, it } from 'vitest';
import { runOf } from '../../../../cli/runs.ts';
import { readRecipeOf } from '../../../../cli/start/recipes.ts';

describe('readRecipe', () => {
  it('changes fields by --set, the value in YAML', async () => {
    const recipe = await readRecipeOf('skin-r1', 'demo', {
      set: ['grpo.milestones=[5, 10]', 'grpo.beta=0.02', 'name=other'],
    });
    expect(recipe.grpo.milestones).toEqual([5, 10]);
    expect(recipe.grpo.beta).toBe(0.02);
    expect(recipe.name).toBe('other');
  });

  it.each([
    ['grpo.beta', /expected a field and a value/],
    ['=3', /expected a field and a value/],
    ['grpo.beta=[1', /--set grpo\.beta=\[1: /],
    ['grpo.bta=1', /recipes\/demo\.yaml: unknown field "grpo\.bta"/],
    ['grpo.beta=-1', /grpo\.beta is -1/],
  ])('refuses --set %s', async (change, words) => {
    await expect(readRecipeOf('skin-r1', 'demo', { set: [change] })).rejects.toThrow(words);
  });

  it('gives the same recipe the same run, another one another', async () => {
    const [a, b, c] = await Promise.all([
      readRecipeOf('skin-r1', 'demo'),
      readRecipeOf('skin-r1', 'demo'),
      readRecipeOf('skin-r1', 'demo', { set: ['seed=9'] }),
    ]);
    expect(runOf(a)).toBe(runOf(b));
    expect(runOf(a)).not.toBe(runOf(c));
    expect(runOf(a)).toMatch(/^demo-[0-9a-f]{12}$/);
  });
});
