import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../cli/start/recipes.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { exportedModel, methodOf, methodOfWorkflow, methods } from '../../../domain/methods/index.ts';
import { parseRecipe } from '../../../domain/recipe/parse.ts';
import { demoRecipe } from '../../support/recipes.ts';

describe('methods', () => {
  it('have names and workflows of their own', () => {
    for (const key of ['name', 'title', 'workflow'] as const) {
      expect(new Set(methods.map((method) => method[key])).size).toBe(methods.length);
    }
  });

  it('are found by a recipe, by one that names none, by the text of one and by their workflow', () => {
    expect(methodOf(demoRecipe()).name).toBe('skin-r1');
    expect(methodOf({ name: 'of before methods were named' }).name).toBe('skin-r1');
    expect(methodOf('name: demo').name).toBe('skin-r1');
    expect(methodOfWorkflow('skinR1')?.name).toBe('skin-r1');
    expect(methodOfWorkflow('evaluateCheckpoint')).toBeUndefined();
  });

  it('that nobody has are a mistake that names those that there are', () =>
    expect(() => methodOf({ method: 'skin-r9' })).toThrow(
      expect.objectContaining({ type: failureTypes.userMistake, message: expect.stringContaining('"skin-r9"') }),
    ));

  it('are the default of a recipe that names none, which is then the same recipe', () => {
    const { method: _, ...unnamed } = demoRecipe();
    expect(parseRecipe(unnamed, 'x')).toEqual(demoRecipe());
  });

  it.each([
    ['demo', 'grpo'],
    ['skin-r1', 'grpo'],
    ['sft-only', 'sft'],
    ['rl-only', 'rl-only'],
    ['flat-reward', 'grpo'],
    ['matched', 'grpo'],
    ['concept-alignment', 'grpo'],
  ])('say which model a run of %s exports: %s', async (name, stage) => {
    expect(exportedModel(await readRecipe(name), 7)).toEqual({ stage, step: 7, image: 'real' });
  });
});
