/**
 * Keys by which the work of a run is found again, pinned for the demo and for its ablations. Another key means that users
 * pay for the work once more: it is right only where a stage computes something else (CONTRIBUTING.md).
 */
import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { deriveData } from '../../activities/datasets/preparation/derive-data.ts';
import { evaluate } from '../../activities/evaluation/evaluate.ts';
import { exportOnnx } from '../../activities/evaluation/export.ts';
import { createReportActivities } from '../../activities/reporting/activities.ts';
import { createTrainingActivities } from '../../activities/training/activities.ts';
import { explainConcepts } from '../../activities/trajectories/explain.ts';
import { synthesise } from '../../activities/trajectories/synthesise.ts';
import { digestOf } from '../../domain/artifact.ts';
import type { EvaluationInput } from '../../domain/contracts/evaluation.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { ReportInput } from '../../domain/contracts/report.ts';
import type { SftInput } from '../../domain/contracts/training.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { readEnvironment } from '../../platform/env.ts';
import { allKnown } from '../support/all-known.ts';
import { evaluation, reference, stretch } from '../support/fake-activities.ts';
import { silent } from '../support/finished-run.ts';
import { shippedKnowledge } from '../support/knowledge.ts';
import { askingNobody } from '../support/llm.ts';
import { demoRecipe, recipeWithConcepts } from '../support/recipes.ts';

const trainer = { python: 'python', logger: silent };
const model = { base: 'tiny', sha256: digestOf('model') };
const [questions, trajectories] = [reference('questions', 'all'), reference('trajectories', 'all')];
const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);

/** Every artifact that a stage of this recipe asks for, out of inputs that never change. */
async function keysOf(recipe: SkinR1Recipe): Promise<Record<string, string[]>> {
  const keys: Record<string, string[]> = {};
  const { store, asked } = allKnown();
  const noting = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    asked.length = 0;
    await work();
    keys[name] = [...asked];
  };
  const environment = { ...readEnvironment({}), scratch: tmpdir() };
  const training = createTrainingActivities({ store, environment, logger: silent });
  const reporting = createReportActivities({ store, environment, logger: silent });
  // What the taxonomy holds changes more often than the method.
  const knowledge = { ...shippedKnowledge, digest: digestOf('knowledge') };
  const sources = recipe.data.sources.map((source) => ({
    ...source,
    artifact: reference('dataset', source.adapter),
  }));
  const asking = { ...askingNobody(store), recipe };

  await noting('data', () => deriveData({ store, scratch: environment.scratch }, sources, recipe, knowledge));
  await noting('trajectories', () => synthesise({ ...asking, textbook: reference('dataset', 'textbook'), knowledge }));
  if (recipe.sft.conceptAlignment) {
    await noting('concepts', () => explainConcepts({ ...asking, concepts: reference('dataset', 'concepts') }));
  }
  const sft = { recipe, model, trajectories, rows: 32 } satisfies Omit<SftInput, 'epoch'>;
  for (let epoch = 1; epoch <= recipe.sft.epochs; epoch++) {
    await noting(`sft ${epoch}`, () => run(() => training.trainSft({ ...sft, epoch })));
  }
  const policy = stretch('sft', 8).checkpoint;
  const grpo = (from: CheckpointRef | null, stopAt: number) =>
    run(() => training.trainGrpo({ recipe, model, questions, sft: from, stopAt }));
  for (const stopAt of recipe.grpo.milestones) await noting(`grpo ${stopAt}`, () => grpo(policy, stopAt));
  for (const stopAt of recipe.grpo.rlOnlyMilestones) await noting(`rl-only ${stopAt}`, () => grpo(null, stopAt));

  const final = stretch('grpo', 60).checkpoint;
  const onnx = recipe.evaluation.runtime === 'onnx' ? reference('onnx', 'all') : null;
  const onProgress = (): void => {};
  const context = { store, scratch: tmpdir(), trainer, signal: new AbortController().signal, onProgress };
  const asks = (label: string, checkpoint: CheckpointRef | null, image: EvaluationInput['image']): Promise<void> => {
    const input: EvaluationInput = { label, recipe, model, checkpoint, questions, image };
    return noting(`evaluation ${label}`, async () => {
      if (onnx) await exportOnnx({ ...input, seed: recipe.seed, threads: recipe.model.threads }, [], context);
      await evaluate({ ...input, onnx }, [], context);
    });
  };
  await asks('base', null, 'real');
  await asks('sft', policy, 'real');
  await asks('grpo-60', final, 'real');
  await asks('grpo-60-no-image', final, 'grey');

  const evaluations = ['base', 'sft', 'grpo-60', 'grpo-60-no-image'].map((label) => evaluation(label, 60));
  const counts = { train: 60, validation: 20, test: 20, textbook: 16, quarantined: 0 };
  const written = { train: 32, validation: 2, llmCalls: 4, rejected: 0 };
  await noting('adapter', () =>
    run(() =>
      training.exportAdapter({ recipe, model, checkpoint: final, data: counts, trajectories: written, evaluations }),
    ),
  );
  const report: ReportInput = {
    run: 'demo-1',
    ...{ recipe, model, evaluations, adapter: reference('adapter', 'all') },
    data: { dataset: reference('dataset', 'split'), textbook: reference('dataset', 'textbook'), questions, counts },
    trajectories: { trajectories, counts: written },
    logs: [
      { stage: 'sft', metrics: stretch('sft', 8).metrics },
      ...[20, 40, 60].map((step) => ({ stage: 'grpo' as const, metrics: stretch('grpo', step).metrics })),
      { stage: 'rl-only', metrics: stretch('rl-only', 60).metrics },
    ],
  };
  await noting('report', () => run(() => reporting.writeReport(report)));
  return keys;
}

describe('keys', () => {
  it.each([
    ['demo', demoRecipe()],
    ['concepts', recipeWithConcepts()],
  ])('of %s stay as they are', async (name, recipe) => {
    await expect(`${JSON.stringify(await keysOf(recipe), null, 2)}\n`).toMatchFileSnapshot(`golden/keys-${name}.json`);
  });
});
