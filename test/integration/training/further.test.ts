/** What a recipe may set beyond the paper, through the activities: whole weights, fields of TRL, validation of GRPO. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../activities/store/rows.ts';
import type { CheckpointRef } from '../../../domain/contracts/references.ts';
import type { StretchResult } from '../../../domain/contracts/training.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { metricsLineSchema } from '../../../domain/report/training-log.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  createTrainingWorker,
  prepareTraining,
  runActivity,
  shortRecipe,
  type TrainingData,
} from '../../support/training.ts';

const short = shortRecipe();
const recipe: SkinR1Recipe = {
  ...short,
  lora: null,
  full: ['language', 'merger'],
  sft: { ...short.sft, trl: { adam_beta2: 0.95 } },
  grpo: { ...short.grpo, trl: { loss_type: 'dapo', num_iterations: 2 }, saveEvery: 2 },
};
const validating: SkinR1Recipe = { ...recipe, grpo: { ...recipe.grpo, validation: { questions: 6, patience: null } } };

const store = createMemoryStore();
let worker: Awaited<ReturnType<typeof createTrainingWorker>>;
let data: TrainingData;
let sft: CheckpointRef;
let plain: StretchResult;

beforeAll(async () => {
  worker = await createTrainingWorker(store);
  data = await prepareTraining(store, recipe, worker.folder);
  sft = (await runActivity(() => worker.activities.trainSft({ ...data.sft, recipe, epoch: 1 }))).checkpoint;
  plain = await runActivity(() => worker.activities.trainGrpo({ ...data.grpo, recipe, sft, stopAt: 2 }));
});
afterAll(() => worker?.remove());

describe('full fine-tuning', () => {
  it('keeps whole models, and their settings in the manifest', async () => {
    const { files, params } = await store.manifest(plain.checkpoint);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'optimizer.pt']));
    expect(Object.keys(files)).not.toContain('adapter_model.safetensors');
    expect(params).toMatchObject({
      ...{ lora: null, full: ['language', 'merger'] },
      grpo: { trl: { loss_type: 'dapo', num_iterations: 2 } },
    });
    const begun = (await store.manifest(sft)).files['model.safetensors'];
    expect(files['model.safetensors']).not.toEqual(begun);
  });
});

describe('validation', () => {
  it('of a milestone that is trained already trains nothing, and tells the reward of its answers', async () => {
    const before = worker.pids().length;
    const input = { ...data.grpo, recipe: validating, sft, stopAt: 2 };
    const validated = await runActivity(() => worker.activities.trainGrpo(input));
    expect(validated.checkpoint).toEqual(plain.checkpoint);
    expect(validated.metrics).not.toEqual(plain.metrics);
    expect(plain.last).not.toHaveProperty('validation_reward');
    expect(validated.last.validation_reward).toEqual(expect.any(Number));
    const rows = await readJsonLines(store, validated.metrics, 'metrics.jsonl', metricsLineSchema);
    const values = rows.at(-1)?.values ?? {};
    const parts = ['format', 'granularity', 'malignancy'].map((name) => values[`validation_reward/${name}`] ?? 0);
    expect(values.validation_reward).toBeCloseTo(parts.reduce((sum, part) => sum + part, 0));
    const pids = worker.pids().length;
    expect(pids).toBeGreaterThan(before);
    expect((await runActivity(() => worker.activities.trainGrpo(input))).last).toEqual(validated.last);
    expect(worker.pids()).toHaveLength(pids);
  });
});
