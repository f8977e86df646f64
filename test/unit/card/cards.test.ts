/** The model card of every shipped recipe with example results, as files to be read: each sentence is true for its recipe. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readRecipeOf } from '../../../cli/start/recipes.ts';
import { modelCard } from '../../../domain/card/model-card.ts';
import type { BenchmarkResult } from '../../../domain/contracts/benchmarks.ts';
import type { EvaluationResult, TaskScore } from '../../../domain/contracts/evaluation.ts';
import { byDimension } from '../../../domain/dermeval/dimensions.ts';
import type { NarrativeScores } from '../../../domain/dermeval/narrative-scores.ts';
import { methodOf } from '../../../domain/methods/index.ts';
import type { QuestionTask } from '../../../domain/questions/question.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { type MethodName, methodNames } from '../../../domain/recipe/recipe.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { benchmarkResult } from '../../support/fake-activities.ts';

const folder = join(repositoryRoot, 'recipes');
/** Names of the shipped recipes of a method. */
const recipesOf = (method: MethodName): string[] =>
  readdirSync(folder)
    .filter((file) => methodOf(parse(readFileSync(join(folder, file), 'utf8'))).name === method)
    .map((file) => file.replace(/\.yaml$/, ''));
const [recipes, openRecipes] = [recipesOf('skin-r1'), recipesOf('skingpt-r1')];
/** A new method's recipes are a line here, and cards below. */
const recipesRead: Record<MethodName, string[]> = { 'skin-r1': recipes, 'skingpt-r1': openRecipes };
const sha256 = 'c'.repeat(64);

const score = (task: QuestionTask, accuracy: number): TaskScore => ({
  ...{ task, items: 1600, accuracy, low: accuracy - 0.02, high: accuracy + 0.02, macroF1: accuracy - 0.01 },
  unparsed: 0.01,
});
const read = (score: TaskScore): TaskScore => ({
  ...score,
  lenient: { ...score, accuracy: score.accuracy + 0.004, unparsed: 0.002 },
});

/** What the workflow evaluates of a recipe, each model a little better than the one before; the last one is exported. */
function resultsOf({ sft, grpo, evaluation: { tasks } }: SkinR1Recipe): EvaluationResult[] {
  const trained = [
    { label: 'base', step: null },
    ...grpo.rlOnlyMilestones.map((step) => ({ label: `rl-only-${step}`, step })),
    ...(sft.epochs > 0 ? [{ label: 'sft', step: 760 }] : []),
    ...grpo.milestones.map((step) => ({ label: `grpo-${step}`, step })),
  ];
  const final = trained.at(-1) ?? { label: 'base', step: null };
  const grey = { label: `${final.label}-no-image`, step: final.step };
  return [...trained, grey].map((model, i) => ({
    ...model,
    evaluation: { kind: 'evaluation', key: model.label, sha256 },
    scores: tasks.map((task, t) => read(score(task, model === grey ? 0.21 : 0.3 + 0.02 * i + 0.001 * t))),
  }));
}

async function cardOf(name: string): Promise<{ card: string; own: EvaluationResult | undefined }> {
  const recipe = await readRecipeOf('skin-r1', name);
  const evaluations = resultsOf(recipe);
  const own = evaluations.at(-2);
  const card = modelCard({
    ...{ recipe, evaluations, model: { base: recipe.model.base, sha256 }, step: own?.step ?? 0 },
    data: { train: 960, validation: 320, test: 320, textbook: 400, quarantined: 0 },
    trajectories: { train: 608, validation: 32, llmCalls: 60, rejected: 1 },
    textOnly: recipe.evaluation.tasks.map((task) => score(task, 0.29)),
  });
  return { card, own };
}

/** As a judge gives them. */
function narrativeScores(): NarrativeScores {
  const estimate = { value: 3.5, low: 3.3, high: 3.7, items: 30 };
  const pin = {
    ...{ model: 'judge', served: null, prompt: 'd'.repeat(64), shows: 'reference' as const },
    ...{ temperature: 0, repeats: 1, maxTokens: 1024, line: 1 },
  };
  return {
    ...{ judge: { name: 'judge', pin }, dimensions: byDimension(() => estimate), average: estimate },
    ...{ missing: { texts: 1, scores: 2 }, repeatability: null, anchors: { certified: 4.5, mismatched: 1.2 } },
  };
}

/** As the workflow of SkinGPT-R1 evaluates: on each set with pictures and without them, and on DermBench's part. */
async function openCardOf(name: string): Promise<string> {
  const recipe = await readRecipeOf('skingpt-r1', name);
  const isJudged = recipe.judge !== undefined;
  const scored = (value: number) => ({
    ...{ score: { value, low: value - 0.02, high: value + 0.02 }, macroF1: value - 0.01, unread: 0.01 },
  });
  const result = (label: string, value: number, more: Partial<BenchmarkResult> = {}): BenchmarkResult => ({
    ...benchmarkResult(label, 'classification-ham10000'),
    ...{ items: 320, groups: 160, strict: scored(value), lenient: scored(value + 0.004), ...more },
  });
  const judged = isJudged ? { narratives: narrativeScores() } : {};
  return modelCard({
    ...{ recipe, model: { base: recipe.model.base, sha256 }, step: 90 },
    data: { train: 960, validation: 320, test: 320, textbook: 0, quarantined: 0 },
    narratives: { written: 398, rejected: 2, train: 290, validation: 15, certified: 30, people: 5 },
    benchmarks: [
      result('base', 0.2),
      result('distillation', 0.61),
      result('distillation-no-image', 0.22, { shown: 'grey' }),
      result('distillation', 0.7, { ...judged, benchmark: 'dermbench-part@scored', items: 30 }),
    ],
  });
}

describe('the model card of a shipped recipe of SkinGPT-R1', () => {
  it.each(openRecipes)('%s', async (name) => {
    const card = await openCardOf(name);
    await expect(card).toMatchFileSnapshot(`../golden/cards/${name}.md`);
    expect(card).toContain('| classification-ham10000 | 320 | 61.0 % |');
    expect(card).toContain('| 22.0 % |');
  });

  it('is no card of a PEFT adapter, and says how the adapters are loaded', async () => {
    for (const name of openRecipes) {
      const card = await openCardOf(name);
      expect(card).toContain('library_name: dermflow');
      expect(card).not.toMatch(/^ {2}- (lora|trl)$/m);
      expect(card).not.toContain('PeftModel');
      expect(card).not.toContain('multiple-choice');
      expect(card).toContain('from load_adapters import load');
    }
  });

  it('marks what is of the public code and not of the paper, what is the recipe’s own, and what is not known', async () => {
    const [demo, paper] = [await openCardOf('skingpt-demo'), await openCardOf('skingpt-r1')];
    expect(paper).toMatch(/Of a later revision of the public code, not of the paper: .*learning rate 0\.0001/);
    expect(demo).toMatch(/Of this recipe: .*learning rate 0\.004/);
    for (const card of [demo, paper]) expect(card).toMatch(/"multi-task supervision"; what it is, is not known/);
  });

  it('says how many people reviewed, where that is known, and that nobody knows what they are', async () => {
    const paper = await openCardOf('skingpt-r1');
    expect(paper).toContain('scored by 5 people, at least 2 for each case');
    expect(paper).toContain('whether they are dermatologists is for whoever ran the recipe to say');
  });

  it('names a script wherever it scored', async () => {
    const [demo, paper] = [await openCardOf('skingpt-demo'), await openCardOf('skingpt-r1')];
    expect(demo.match(/`script`/g)?.length).toBe(2);
    expect(demo).toContain('no physician has seen them');
    expect(paper).not.toContain('script`');
  });
});

describe('the model card of a shipped recipe', () => {
  it.each(recipes)('%s', async (name) => {
    await expect((await cardOf(name)).card).toMatchFileSnapshot(`../golden/cards/${name}.md`);
  });

  it.each(recipes)('%s has the scores of the adapter that is exported', async (name) => {
    const { card, own } = await cardOf(name);
    expect(own?.scores.length).toBeGreaterThan(0);
    for (const { accuracy } of own?.scores ?? [])
      expect(card).toContain(`| 1,600 | ${(100 * accuracy).toFixed(1)} % |`);
    expect(card).toContain('model-index');
  });
});

it('are those of every shipped recipe', () => {
  const shipped = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''));
  expect(methodNames.flatMap((method) => recipesRead[method]).toSorted()).toEqual(shipped.toSorted());
});
