import { describe, expect, it } from 'vitest';
import { newestVersion, recipeVersions } from '../../../domain/recipe/common.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { parseRecipe } from '../../../domain/recipe/parse.ts';
import { recipeSchemas, underOwnRules } from '../../../domain/recipe/versions.ts';
import { demoRecipe } from '../../support/recipes.ts';

const changed = (more: Partial<SkinR1Recipe>): SkinR1Recipe => ({ ...demoRecipe(), ...more });

/** Recipes that version 1 took. */
const taskTwice = changed({ evaluation: { ...demoRecipe().evaluation, tasks: ['diagnosis', 'diagnosis'] } });
const typeTwice = changed({ trajectories: { ...demoRecipe().trajectories, types: [1, 2, 1] } });

describe('a rule that became stricter', () => {
  it.each([
    ['evaluation.tasks', taskTwice, 'r.yaml: evaluation.tasks is ["diagnosis","diagnosis"]: a task stands twice'],
    ['trajectories.types', typeTwice, 'r.yaml: trajectories.types is [1,2,1]: a type stands twice'],
  ])('refuses %s in a new run and in no run of before', (_, recipe, message) => {
    expect(() => parseRecipe(recipe, 'r.yaml')).toThrow(message);
    expect(parseRecipe(recipe, 'r.yaml', 1)).toEqual(recipe);
    expect(parseRecipe({ ...recipe, schema: 1 }, 'r.yaml')).toEqual({ ...recipe, schema: 1 });
    expect(() => parseRecipe({ ...recipe, schema: newestVersion }, 'r.yaml', 1)).toThrow(message);
  });

  it('does not keep a failed run of before from going on', () => {
    expect(underOwnRules(taskTwice)).toEqual({ ...taskTwice, schema: 1 });
    expect(parseRecipe(underOwnRules(taskTwice), 'recipe')).toMatchObject({ name: 'demo', schema: 1 });
  });

  it.each<[string, unknown]>([
    ['that today’s rules take', demoRecipe()],
    ['that names its version', { ...demoRecipe(), schema: 2 }],
    ['that no version takes', { ...demoRecipe(), grpo: null }],
    ['that is YAML text', 'name: demo'],
    ['that is none', null],
  ])('leaves a recipe as it is %s', (_, recipe) => expect(underOwnRules(recipe)).toBe(recipe));
});

describe('the version of a recipe', () => {
  it('is not written into one that names none, so that its digest stays', () => {
    for (const version of recipeVersions) expect('schema' in parseRecipe(demoRecipe(), 'r.yaml', version)).toBe(false);
  });

  it.each([0, recipeVersions.length + 1, '1', null])('is refused where there is no such: %j', (schema) =>
    expect(() => parseRecipe({ ...demoRecipe(), schema }, 'r.yaml')).toThrow(/^r\.yaml: schema is .+: /),
  );

  it('has rules for each, and each takes the shipped recipe', () => {
    expect(Object.keys(recipeSchemas).map(Number)).toEqual([...recipeVersions]);
    for (const schema of Object.values(recipeSchemas)) expect(schema.safeParse(demoRecipe()).success).toBe(true);
  });
});
