/** The model card of every shipped recipe with example results, as files to be read: each sentence is true for its recipe. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecipeOf } from '../../../cli/start/recipes.ts';
import type { EvaluationResult, TaskScore } from '../../../domain/contracts/evaluation.ts';
import type { QuestionTask } from '../../../domain/questions/question.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { modelCard } from '../../../domain/report/model-card.ts';
import { repositoryRoot } from '../../../platform/env.ts';

const recipes = readdirSync(join(repositoryRoot, 'recipes')).map((file) => file.replace(/\.yaml$/, ''));
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
