/** Names and jobs of the stages, which stand in artifacts, histories and reports of others. */
import { describe, expect, it } from 'vitest';
import { grpoStretch } from '../../activities/training/jobs/grpo.ts';
import { sftStretch } from '../../activities/training/jobs/sft.ts';
import { readRecipeOf } from '../../cli/start/recipes.ts';
import { methods } from '../../domain/methods/index.ts';
import { skinR1Method } from '../../domain/methods/skin-r1/method.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { type Stage, stageNames, stages } from '../../domain/stages/index.ts';
import { reference } from '../support/fake-activities.ts';
import { recipeWithConcepts, smallRecipe } from '../support/recipes.ts';

const reinforced = (recipe: SkinR1Recipe, base = 'tiny') => {
  const model = { base, sha256: 'b'.repeat(64) };
  const input = { recipe, model, questions: reference('questions', 'all'), sft: null, stopAt: 20 };
  return grpoStretch(input, null, { attention: 'sdpa' });
};

describe('the stages of training', () => {
  it('are each of one method, and shown by status in one of its parts', () => {
    expect(methods.flatMap((method) => method.stages)).toEqual(stageNames);
    for (const method of methods)
      for (const stage of method.stages) expect(method.parts, `${method.name}: ${stage}`).toContain(stages[stage].part);
  });

  it('are these, each by a job of the trainer and with a curve of its own in report.json', () =>
    expect(stageNames.map((stage) => [stage, stages[stage].job, stages[stage].logField])).toEqual([
      ['concepts', 'sft', 'concepts'],
      ['sft', 'sft', 'sft'],
      ['grpo', 'grpo', 'grpo'],
      ['rl-only', 'grpo', 'rlOnly'],
      ['dermcot', 'distill', 'dermcot'],
      ['distillation', 'distill', 'distillation'],
      ['dermeval-sft', 'sft', 'dermevalSft'],
      ['dermeval', 'soreb', 'dermeval'],
    ]));

  it('have places of their own among the models of a run', () => {
    const ranks = stageNames.map((stage) => stages[stage].rank);
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  it.each<[string, Partial<Record<Stage, number>>]>([
    ['demo', { sft: 4, grpo: 3, 'rl-only': 1 }],
    ['skin-r1', { sft: 4, grpo: 3, 'rl-only': 15 }],
    ['sft-only', { sft: 4 }],
    ['rl-only', { 'rl-only': 15 }],
    ['flat-reward', { sft: 4, grpo: 3 }],
    ['concept-alignment', { concepts: 1, sft: 4, grpo: 3 }],
  ])('of %s have as many stretches as the recipe says', async (name, expected) => {
    const recipe = await readRecipeOf('skin-r1', name);
    const counts = skinR1Method.stages.map((stage) => [stage, stages[stage].ends(recipe).length] as const);
    expect(Object.fromEntries(counts.filter(([, count]) => count > 0))).toEqual(expected);
  });

  it('draw groups of equal reward anew where a recipe asks for it, which is another stage', async () => {
    const [plain, redrawn] = [
      await readRecipeOf('skin-r1', 'demo'),
      await readRecipeOf('skin-r1', 'demo', { set: ['grpo.dynamicSampling=3'] }),
    ];
    expect('dynamicSampling' in plain.grpo).toBe(false);
    expect(stages.grpo.settings(plain, 20).other).not.toContain('anew');
    expect(stages.grpo.settings(redrawn, 20).other).toContain(', groups of equal reward drawn anew up to 3 times');
    expect(reinforced(redrawn).stageKey).not.toBe(reinforced(plain).stageKey);
    await expect(readRecipeOf('skin-r1', 'demo', { set: ['grpo.dynamicSampling=0'] })).rejects.toThrow(
      'grpo.dynamicSampling is 0',
    );
  });

  it('name the commit of a base model of the hub', async () => {
    const recipe = await readRecipeOf('skin-r1', 'demo');
    expect(reinforced(recipe, 'owner/name@0123abc').base).toBe('owner/name@0123abc');
    for (const base of ['tiny', '/models/owner/name']) expect(reinforced(recipe, base)).not.toHaveProperty('base');
  });

  it('say what is trained', () => {
    const [small, aligned] = [smallRecipe(), recipeWithConcepts()];
    expect([
      stages.concepts.status(1, aligned),
      stages.sft.status(2, small),
      stages.grpo.status(20, small),
      stages['rl-only'].status(10, small),
    ]).toEqual(['concepts, epoch 1 of 1', 'epoch 2 of 2', 'to step 20 of 50', 'without SFT, to step 10 of 50']);
  });
});

describe('the alignment of concepts', () => {
  it('is keyed as by inputs of before, which named no stage and wore its epochs as those of SFT', () => {
    const recipe = recipeWithConcepts();
    const [model, trajectories] = [{ base: 'tiny', sha256: 'b'.repeat(64) }, reference('concepts', 'all')];
    const rest = { model, trajectories, rows: 16, epoch: 1 };
    const epochs = recipe.sft.conceptAlignment?.epochs ?? 0;
    const now = sftStretch({ ...rest, recipe, stage: 'concepts' }, { attention: 'sdpa' });
    const before = sftStretch(
      { ...rest, recipe: { ...recipe, sft: { ...recipe.sft, epochs } } },
      { attention: 'sdpa' },
    );
    expect(now).toEqual({ ...before, stage: 'concepts' });
    expect(now.maxSteps).toBe(epochs * Math.ceil(16 / recipe.sft.batchSize));
  });
});

describe('inputs of before, which told no epochs', () => {
  it.each([
    ['concepts', 2],
    ['sft', 3],
    ['dermeval-sft', 3],
  ] as const)('train %s for those of the settings that they give', (stage, epochs) => {
    const recipe = smallRecipe();
    const sft = { ...recipe.sft, epochs: 3, conceptAlignment: { epochs: 2, explanations: 1 } };
    const model = { base: 'tiny', sha256: 'b'.repeat(64) };
    const input = { recipe: { ...recipe, sft }, model, trajectories: reference('trajectories', 'all'), rows: 16 };
    const before = sftStretch({ ...input, stage, epoch: 1 }, { attention: 'sdpa' });
    expect(before).toEqual(sftStretch({ ...input, stage, epochs, epoch: 1 }, { attention: 'sdpa' }));
  });
});

describe('ends that another method tells for a stage by the same job', () => {
  const model = { base: 'tiny', sha256: 'b'.repeat(64) };
  const { seed, model: computed, lora, grpo, prompts, rewards, sft } = smallRecipe();

  it('are those of GRPO with the parts that it reads and no more: the key is the same, the stretch begins at them', () => {
    const none = { ...grpo, milestones: [], rlOnlyMilestones: [] };
    const recipe = { seed, model: computed, lora, grpo: none, prompts, rewards };
    const input = { recipe, model, questions: reference('questions', 'all'), sft: null, stopAt: 30 };
    const told = grpoStretch({ ...input, milestones: [10, 20, 30] }, null, { attention: 'sdpa' });
    expect(told).toMatchObject({ startAt: 20, stopAt: 30 });
    expect(told.stageKey).toBe(reinforced(smallRecipe()).stageKey);
    expect(grpoStretch(input, null, { attention: 'sdpa' }).startAt).toBe(0);
  });

  it('are the epochs of SFT, whatever its settings say of another stage', () => {
    const recipe = { seed, model: computed, lora, sft: { ...sft, epochs: 0 } };
    const input = { recipe, model, trajectories: reference('trajectories', 'all'), rows: 16, epoch: 2 };
    expect(sftStretch({ ...input, epochs: 3 }, { attention: 'sdpa' })).toMatchObject({
      params: { sft: { epochs: 3 } },
      maxSteps: 3 * (sftStretch({ ...input, epochs: 1 }, { attention: 'sdpa' }).maxSteps ?? 0),
    });
  });
});
