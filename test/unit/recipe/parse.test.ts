import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DermflowError, exitCodeOf, exitCodes, failureTypes, finalFailures } from '../../../domain/failures.ts';
import { parseRecipe, parseRecipeOf } from '../../../domain/recipe/parse.ts';
import { demoRecipe, paperRecipe } from '../../support/recipes.ts';

const read = (name: string): unknown =>
  parse(readFileSync(new URL(`../../../recipes/${name}.yaml`, import.meta.url), 'utf8'));

/** The demo's recipe with one value replaced; undefined removes it. */
function changed(path: string, value: unknown): unknown {
  const recipe = structuredClone(read('demo'));
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = recipe as Record<string, unknown>; // the shipped recipe is an object of objects
  for (const key of keys) at = at[key] as Record<string, unknown>; // as above
  if (value === undefined) delete at[last];
  else at[last] = value;
  return recipe;
}

describe('the options of questions', () => {
  it('are matched where a recipe says nothing; the shipped recipes say it', () => {
    const { questions: _, ...silent } = demoRecipe();
    expect(parseRecipeOf('skin-r1', silent, 'mine.yaml').questions).toEqual({ distractors: 'matched' });
    expect(demoRecipe().questions).toEqual({ distractors: 'set' });
    expect(paperRecipe().questions).toEqual({ distractors: 'set-and-shared' });
  });
});

describe('a recipe whose fields are another method’s', () => {
  const skingpt = read('skingpt-demo') as Record<string, unknown>; // the shipped recipe is an object
  const skinR1 = read('demo') as Record<string, unknown>; // as above
  const messageOf = (recipe: unknown): string => {
    try {
      parseRecipe(recipe, 'r.yaml');
    } catch (error) {
      return String(error instanceof Error ? error.message : error);
    }
    return 'taken';
  };

  it('and that names no method is refused in one line, not what the assumed one demands', () => {
    const { method: _, ...silent } = skingpt;
    expect(messageOf(silent)).toBe(
      'r.yaml: method is missing, so that the recipe is read as "skin-r1", and narratives, certified, teacher, distillation are fields of "skingpt-r1"; add method: skingpt-r1',
    );
    expect(messageOf({ ...skinR1, method: undefined, teacher: null })).toMatch(/teacher is a field of "skingpt-r1"/);
  });

  it('and that names a method is told whose they are, beside all else', () => {
    const lines = messageOf({ ...skingpt, grpo: {}, lora: {}, typo: 1, seed: -1 }).split('\n');
    expect(lines[0]).toBe(
      'r.yaml: method is "skingpt-r1", and grpo, lora are fields of "skin-r1"; give method: skin-r1, or remove them',
    );
    expect(lines).toContainEqual(expect.stringMatching(/^r\.yaml: seed is -1: /));
    expect(lines).toContain('r.yaml: unknown field "typo"; remove it or correct its name');
    expect(lines).toHaveLength(3);
  });

  it('is taken where they are its own, with and without the name of the method that is assumed', () => {
    expect(messageOf(skingpt)).toBe('taken');
    expect(messageOf(skinR1)).toBe('taken');
    const { method: _, ...silent } = skinR1;
    expect(messageOf(silent)).toBe('taken');
  });
});

describe('parseRecipe', () => {
  it.each(['demo', 'skin-r1'])('accepts recipes/%s.yaml', (name) =>
    expect(parseRecipe(read(name), name).name).toBe(name),
  );

  it('leaves RL without SFT out where a recipe does not name it', () => {
    const { rlOnlyMilestones: _, ...grpo } = demoRecipe().grpo;
    expect(parseRecipe({ ...demoRecipe(), grpo }, 'x')).toMatchObject({ grpo: { rlOnlyMilestones: [] } });
  });

  it("holds the paper's settings in recipes/skin-r1.yaml", () => {
    expect(parseRecipe(read('skin-r1'), 'x')).toMatchObject({
      lora: { rank: 64, alpha: 32, dropout: 0.1 },
      sft: { epochs: 4, batchSize: 16, learningRate: 3e-5 },
      grpo: {
        generations: 4,
        temperature: 1,
        promptsPerStep: 16,
        beta: 0.04,
        learningRate: 1e-5,
        steps: 1657,
        milestones: [500, 1000, 1500],
        rlOnlyMilestones: expect.arrayContaining([500, 800, 1000, 1500]),
      },
      data: { maxPixels: 200704 },
    });
  });

  it.each([
    ['grpo.learningRate', 'fast', 'r.yaml: grpo.learningRate is "fast": '],
    ['grpo.learningRate', undefined, 'r.yaml: grpo.learningRate is missing: '],
    ['sft.epoch', 4, 'r.yaml: unknown field "sft.epoch"; remove it or correct its name'],
    ['data.sources', [{ adapter: 'isic' }], 'r.yaml: data.sources.0.adapter is "isic": '],
    ['data.sources', [{ adapter: 'dermnet' }, { adapter: 'dermnet' }], 'an adapter stands twice'],
    ['grpo.milestones', [60, 20], 'milestones must rise'],
    ['sft.epochs', 0, 'r.yaml: grpo.milestones is [20,40,60]: GRPO continues the adapter of SFT'],
    ['grpo.rlOnlyMilestones', [20, 20], 'r.yaml: grpo.rlOnlyMilestones is [20,20]: milestones must rise'],
    ['grpo.steps', 59, 'r.yaml: grpo.steps is 59: a milestone lies beyond the plan'],
    [
      'grpo.perDeviceBatchSize',
      7,
      'r.yaml: grpo.perDeviceBatchSize is 7: perDeviceBatchSize must divide promptsPerStep * generations',
    ],
    [
      'sft.conceptAlignment',
      { epochs: 1 },
      'r.yaml: sft.conceptAlignment is {"epochs":1}: no source has concepts for it; add { adapter: skincon, use: concepts }',
    ],
    [
      'data.sources',
      [{ adapter: 'ham10000' }, { adapter: 'skincon', use: 'concepts' }],
      'a source with use: concepts serves sft.conceptAlignment alone; give that',
    ],
    ['name', 'My Run', 'r.yaml: name is "My Run": expected 1 to 40 of a-z'],
  ])('%s = %j: %s', (path, value, message) => {
    expect(() => parseRecipe(changed(path, value), 'r.yaml')).toThrow(message);
    try {
      parseRecipe(changed(path, value), 'r.yaml');
    } catch (error) {
      expect(error).toBeInstanceOf(DermflowError);
      expect((error as DermflowError).message.split('\n')).toHaveLength(1); // checked the line before
    }
  });

  it.each([null, 'text', [], 3])('refuses %j as a recipe', (value) =>
    expect(() => parseRecipe(value, 'r.yaml')).toThrow('(top level)'),
  );
});

describe('failures', () => {
  it.each([
    [failureTypes.userMistake, exitCodes.userMistake, false],
    [failureTypes.badData, exitCodes.userMistake, false],
    [failureTypes.unavailable, exitCodes.unavailable, true],
    [failureTypes.trainerCrashed, exitCodes.failedRun, true],
    [failureTypes.diverged, exitCodes.failedRun, false],
  ])('%s exits %d, retried: %s', (type, code, retryable) => {
    expect(exitCodeOf(type)).toBe(code);
    expect(finalFailures.includes(type)).toBe(!retryable);
    expect(new DermflowError(type, 'x').retryable).toBe(retryable);
  });
});
