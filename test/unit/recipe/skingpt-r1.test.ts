import { describe, expect, it } from 'vitest';
import { readRecipe, readRecipeOf } from '../../../cli/start/recipes.ts';
import { exportedModel, methodOf } from '../../../domain/methods/index.ts';
import { showsLabels } from '../../../domain/recipe/evaluation.ts';
import { overlay } from '../../../domain/recipe/overlay.ts';
import { parseRecipe, parseRecipeOf } from '../../../domain/recipe/parse.ts';
import { recipeSchemas, underOwnRules } from '../../../domain/recipe/versions.ts';
import { demoRecipe } from '../../support/recipes.ts';

const demo = await readRecipeOf('skingpt-r1', 'skingpt-demo');
const { generate: _, ...photographs } = demo.data;
const changed = (changes: object): unknown => overlay(demo, changes);
const read = (recipe: unknown) => parseRecipeOf('skingpt-r1', recipe, 'r.yaml');
const judge = { model: 'a-judge', temperature: 0, repeats: 1, maxTokens: 512, maxMissing: 0, anchors: 0, line: 1 };

const evaluator = {
  lora: demoRecipe().lora,
  sft: { ...demoRecipe().sft, conceptAlignment: null },
  soreb: {
    ...{ learningRate: 1e-6, warmupRatio: 0, weightDecay: 0, maxGradNorm: 1, gradientCheckpointing: false },
    ...{ perDeviceBatchSize: 2, promptsPerStep: 2, maxCompletionLength: 64, steps: 2, milestones: [2], saveEvery: 1 },
  },
};

describe('the shipped recipes', () => {
  it.each(['skingpt-demo', 'skingpt-r1'])('accepts recipes/%s.yaml', async (name) => {
    const recipe = await readRecipe(name);
    expect(recipe).toMatchObject({ name, method: 'skingpt-r1' });
    expect(methodOf(recipe).title).toBe('SkinGPT-R1');
    for (const schema of Object.values(recipeSchemas)) expect(schema.safeParse(recipe).success).toBe(true);
    expect(underOwnRules(recipe)).toBe(recipe);
  });

  it('hold the values of the public code, and the numbers of the paper', async () => {
    expect(await readRecipe('skingpt-r1')).toMatchObject({
      narratives: { keep: { top: 10_000, threshold: null } },
      certified: { cases: 3000, by: 'people' },
      distillation: {
        ...{ epochs: 10, batchSize: 128, learningRate: 1e-4, warmupRatio: 0.03 },
        adapters: { width: 1024, rank: 64, biasScale: 1.5, branch: null, weights: { sft: 1, distil: 0.1 } },
      },
      evaluation: { maxNewTokens: 4096, batchSize: 16 },
    });
  });

  it('filter by the evaluator, as published; show labels for all sets but DDI', async () => {
    const recipe = await readRecipeOf('skingpt-r1', 'skingpt-r1');
    expect(recipe.narratives.scoredBy).toBe('dermeval');
    expect(recipe.dermeval?.soreb.milestones.at(-1)).toBe(recipe.dermeval?.soreb.steps);
    const sets = recipe.evaluation.sets ?? [];
    expect(sets.filter((set) => !showsLabels(recipe.evaluation, set))).toEqual(['ddi']);
    expect(sets.every((set) => showsLabels({ candidateLabels: true }, set))).toBe(true);
    expect(sets.some((set) => showsLabels({ candidateLabels: false }, set))).toBe(false);
  });

  it('export the distilled adapters, and those without a teacher where these are all', () => {
    expect(exportedModel(demo, 7).stage).toBe('distillation');
    const alone = read(changed({ teacher: null, distillation: { epochs: 0 } }));
    expect(exportedModel(alone, 7).stage).toBe('dermcot');
  });
});

describe('a recipe of SkinGPT-R1', () => {
  it.each<[string, unknown, string]>([
    [
      'an onnx runtime',
      changed({ evaluation: { runtime: 'onnx' } }),
      'r.yaml: evaluation.runtime is "onnx": adapters of a distillation add to the logits',
    ],
    [
      'a judge who is not named',
      changed({ narratives: { scoredBy: 'judge' } }),
      'r.yaml: judge is missing: narratives.scoredBy is "judge", and no judge is named; give judge',
    ],
    [
      'labels of a set that is not tested',
      changed({ prompts: 'paper', evaluation: { candidateLabels: ['ddi'] } }),
      'r.yaml: evaluation.candidateLabels is ["ddi"]: a set is not one of those that are tested',
    ],
    [
      'labels of one set in the compact wording',
      changed({ evaluation: { candidateLabels: ['ham10000'] } }),
      'r.yaml: evaluation.candidateLabels is ["ham10000"]: the compact wording has no place for labels',
    ],
    [
      'a teacher of no name',
      changed({ teacher: { encoder: null } }),
      'r.yaml: teacher.encoder is null: expected "shipped", an .onnx file, or a file of an encoder\'s settings',
    ],
    [
      'an evaluator that is not trained',
      changed({ narratives: { scoredBy: 'dermeval' } }),
      'r.yaml: dermeval is missing: narratives.scoredBy is "dermeval", and no evaluator is trained; give dermeval',
    ],
    [
      'drawn scores of photographs',
      { ...demo, data: photographs, certified: { ...demo.certified, cases: 0 } },
      'r.yaml: narratives.scoredBy is "drawn": only what is known of generated pictures scores so; take "judge"',
    ],
    [
      'a script in place of people for photographs',
      { ...demo, data: photographs, judge, narratives: { ...demo.narratives, scoredBy: 'judge' } },
      'r.yaml: certified.by is "script": a program stands in for people on generated pictures alone; take "people"',
    ],
    [
      'a bench without a judge',
      {
        ...{ ...demo, data: photographs, certified: { ...demo.certified, by: 'people' } },
        ...{ narratives: { ...demo.narratives, scoredBy: 'dermeval' } },
      },
      "r.yaml: certified.benchShare is 0.5: DermBench's part is scored by a judge, and none is named; give judge, or 0 here",
    ],
    [
      'a distillation without a teacher',
      changed({ teacher: null }),
      'r.yaml: teacher is null: distillation.epochs are taught by a teacher; name one, give distillation.adapters.weights.distil: 0',
    ],
    [
      'no training at all',
      changed({ distillation: { epochs: 0, dermcotEpochs: 0 } }),
      'r.yaml: distillation.epochs is 0: nothing is trained: give epochs with a teacher here',
    ],
    [
      'candidates that are all alike',
      changed({ narratives: { candidates: 2, temperature: 0 } }),
      'r.yaml: narratives.candidates is 2: at temperature 0 all candidates are alike; raise narratives.temperature',
    ],
    [
      'labels in compact prompts',
      changed({ evaluation: { candidateLabels: true } }),
      'r.yaml: evaluation.candidateLabels is true: the compact wording has no place for labels; give false',
    ],
    [
      'a set that is not read',
      changed({ evaluation: { sets: ['ddi'] } }),
      'r.yaml: evaluation.sets is ["ddi"]: a set is not one of data.sources',
    ],
    [
      'an adapter to begin with',
      changed({ model: { adapter: './lora' } }),
      'r.yaml: model.adapter is "./lora": the base stays frozen beside the adapters of a distillation; merge the adapter',
    ],
    [
      'a judge of narratives who sees a reference',
      changed({ narratives: { scoredBy: 'judge' }, judge: { ...judge, shows: 'reference' } }),
      'r.yaml: judge.shows is "reference": narratives are scored before any is certified, so that there is no reference; give',
    ],
    [
      'an evaluator that has nothing to learn from',
      { ...demo, dermeval: evaluator, certified: { ...demo.certified, benchShare: 1 } },
      "r.yaml: certified.benchShare is 1: dermeval learns from certified cases outside of DermBench's part",
    ],
    [
      'a training without a loss',
      changed({ distillation: { adapters: { weights: { sft: 0, distil: 0 } } } }),
      'r.yaml: distillation.adapters.weights.sft is 0: epochs without a teacher, or with weights.distil: 0, learn from',
    ],
    [
      'an ablation without a loss',
      changed({ distillation: { dermcotEpochs: 1, adapters: { weights: { sft: 0 } } } }),
      'r.yaml: distillation.adapters.weights.sft is 0: ',
    ],
    [
      'a field of Skin-R1',
      changed({ grpo: {} }),
      'and grpo is a field of "skin-r1"; give method: skin-r1, or remove it',
    ],
    [
      'pictures with concepts',
      changed({ data: { sources: [{ adapter: 'ham10000' }, { adapter: 'skincon', use: 'concepts' }] } }),
      'a source with use: concepts serves sft.conceptAlignment of Skin-R1 alone',
    ],
  ])('with %s is refused', (_, recipe, message) => expect(() => read(recipe)).toThrow(message));

  it('without a teacher learns from narratives alone where the loss of a teacher counts nothing', () => {
    expect(read(changed({ teacher: null, distillation: { adapters: { weights: { distil: 0 } } } })).teacher).toBeNull();
  });
});

describe('methods of recipes', () => {
  it('that nobody has are told with those that there are', () =>
    expect(() => parseRecipe({ ...demo, method: 'skingpt-r2' }, 'r.yaml')).toThrow(
      'r.yaml: method is "skingpt-r2": expected "skin-r1" or "skingpt-r1"',
    ));

  it('are not mistaken for each other by who can do one of them', () => {
    expect(() => parseRecipeOf('skin-r1', demo, 'r.yaml')).toThrow(
      'r.yaml: method is "skingpt-r1": expected "skin-r1"',
    );
    expect(() => read(demoRecipe())).toThrow('r.yaml: method is "skin-r1": expected "skingpt-r1"');
  });

  it('leave a recipe that names none to Skin-R1, whose mistakes it is told', () => {
    const { method: __, ...unnamed } = demoRecipe();
    expect(() => parseRecipe({ ...unnamed, seed: 'x' }, 'r.yaml')).toThrow(/^r\.yaml: seed is "x": /);
  });
});
