import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluationActivities, type EvaluationDependencies } from '../../../activities/evaluation/activities.ts';
import { openRunner } from '../../../activities/evaluation/evaluate.ts';
import { toJsonLines } from '../../../activities/json-lines.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { commitFiles, readJson } from '../../../activities/store/commit.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import type { EvaluationActivities, EvaluationInput, EvaluationResult } from '../../../domain/contracts/evaluation.ts';
import { type EvaluationItem, evaluationItemSchema } from '../../../domain/evaluation/item.ts';
import { evaluationSummarySchema, scoresOf } from '../../../domain/evaluation/summary.ts';
import type { Question } from '../../../domain/questions/question.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { buildMicroModel, imageSizes, type MicroModel, patternPng, trainer } from '../../support/micro-model.ts';
import { demoRecipe } from '../../support/recipes.ts';

const limitMs = 300_000;
const maxItems = 5;
const recipe = (evaluation: Partial<SkinR1Recipe['evaluation']> = {}): SkinR1Recipe => ({
  ...demoRecipe(),
  evaluation: { ...demoRecipe().evaluation, runtime: 'onnx', maxItems, maxNewTokens: 12, batchSize: 4, ...evaluation },
});

let micro: MicroModel;
let store: ArtifactStore;
let input: EvaluationInput;
let dependencies: EvaluationDependencies;
let activities: EvaluationActivities;
/** The same, on a machine without a trainer: whatever they return was in the store. */
let untrained: EvaluationActivities;

const run = <T>(work: () => Promise<T>, environment = new MockActivityEnvironment()): Promise<T> =>
  environment.run(work);
const itemsOf = async ({ evaluation }: EvaluationResult): Promise<EvaluationItem[]> =>
  readJsonLines(store, evaluation, 'items.jsonl', evaluationItemSchema);
const outputsOf = async (result: EvaluationResult): Promise<string[]> =>
  (await itemsOf(result)).map((item) => item.output);

async function storeQuestions(): Promise<ArtifactRef> {
  const questions: Question[] = [];
  for (let i = 0; i < 8; i += 1) {
    const [height, width] = imageSizes[i % 2] ?? [112, 112];
    const image = { ...(await store.putBlob(await patternPng(`case-${i}`, [height, width]))), height, width };
    const common = { caseId: `case-${i}`, group: `patient-${i >> 1}`, image };
    questions.push(melanomaQuestion({ ...common, id: `case-${i}/diagnosis` }));
    questions.push({ ...conditionQuestion(), ...common, id: `case-${i}/lesion-condition` });
  }
  const description = { kind: 'questions', key: 'q', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  return commitFiles(store, description, { 'test.jsonl': { data: toJsonLines(questions) } });
}

beforeAll(async () => {
  micro = await buildMicroModel();
  store = createMemoryStore();
  const state = {
    kind: 'checkpoint',
    key: 'sft/step-00000004',
    method: 'test/1',
    inputs: {},
    params: {},
    facts: {},
  } as const;
  const checkpoint = await commitFiles(store, state, {
    'adapter_config.json': { path: join(micro.adapter, 'adapter_config.json') },
    'adapter_model.safetensors': { path: join(micro.adapter, 'adapter_model.safetensors') },
    'optimizer.pt': { data: 'of no use here' },
  });
  input = {
    label: 'sft',
    recipe: recipe(),
    model: { base: micro.base, sha256: 'b'.repeat(64) },
    checkpoint: { ...checkpoint, step: 4 },
    questions: await storeQuestions(),
    image: 'real',
  };
  const { logger, python } = trainer;
  const environment = { scratch: join(micro.folder, 'scratch'), trainerPython: python };
  dependencies = { store, environment, logger };
  activities = createEvaluationActivities(dependencies);
  const without = { ...environment, trainerPython: '/no/python' };
  untrained = createEvaluationActivities({ store, environment: without, logger });
}, limitMs);

afterAll(() => micro.remove());

describe('evaluation activities', () => {
  let onnx: ArtifactRef | null;
  let result: EvaluationResult;

  it(
    'export once, with graphs for the sizes that the questions have',
    async () => {
      onnx = await run(() => activities.exportForInference(input));
      const manifest = await store.manifest(onnx as ArtifactRef); // the runtime is onnx
      expect(Object.keys(manifest.files).filter((name) => name.includes('vision_encoder_'))).toEqual([
        'onnx/vision_encoder_140x84.onnx',
        'onnx/vision_encoder_84x140.onnx',
      ]);
      expect(manifest.inputs).toEqual({ model: input.model.sha256, checkpoint: input.checkpoint?.sha256 });
      expect(await run(() => untrained.exportForInference({ ...input, label: 'again' }))).toEqual(onnx);
    },
    limitMs,
  );

  it('need no export for Transformers', async () => {
    const asked = { ...input, recipe: recipe({ runtime: 'transformers' }) };
    expect(await run(() => untrained.exportForInference(asked))).toBeNull();
  });

  it(
    'judge the first items of each task, and say how far they are',
    async () => {
      const environment = new MockActivityEnvironment();
      const beats: unknown[] = [];
      environment.on('heartbeat', (details) => beats.push(details));
      result = await run(() => activities.evaluateModel({ ...input, onnx }), environment);
      const items = await itemsOf(result);
      expect(items.map((item) => item.id)).toEqual([
        ...[0, 1, 2, 3, 4].map((i) => `case-${i}/diagnosis`),
        ...[0, 1, 2, 3, 4].map((i) => `case-${i}/lesion-condition`),
      ]);
      const summary = await readJson(store, result.evaluation, 'summary.json', evaluationSummarySchema);
      expect(summary).toMatchObject({ step: 4, image: 'real' });
      expect(result).toMatchObject({ label: 'sft', step: 4, scores: scoresOf(summary.tasks) });
      expect(result.scores.map(({ task, items: count }) => [task, count])).toEqual([
        ['diagnosis', maxItems],
        ['lesion-condition', maxItems],
      ]);
      expect(beats[0]).toMatchObject({ phase: 'starting', done: 0, total: 0 });
    },
    limitMs,
  );

  it('find what was evaluated before, under any label', async () => {
    const again = await run(() => untrained.evaluateModel({ ...input, label: 'grpo-0', onnx }));
    expect(again).toEqual({ ...result, label: 'grpo-0' });
  });

  it(
    'get the same outputs from Transformers, as another evaluation',
    async () => {
      const asked = { ...input, recipe: recipe({ runtime: 'transformers' }), onnx: null };
      const other = await run(() => activities.evaluateModel(asked));
      expect(await outputsOf(other)).toEqual(await outputsOf(result));
      expect(other.evaluation.key).not.toBe(result.evaluation.key);
    },
    limitMs,
  );

  it(
    'show grey images of the same size for the control',
    async () => {
      const grey = await run(() => activities.evaluateModel({ ...input, image: 'grey', onnx }));
      const outputs = await outputsOf(grey);
      expect(outputs).not.toEqual(await outputsOf(result));
      // Questions 0 and 2 differ in nothing but the image.
      expect(outputs[0]).toBe(outputs[2]);
      expect((await outputsOf(result))[0]).not.toBe((await outputsOf(result))[2]);
    },
    limitMs,
  );

  it('refuse an ONNX evaluation without an export', async () => {
    const asked = { ...input, recipe: recipe({ maxItems: 1 }), onnx: null };
    await expect(run(() => activities.evaluateModel(asked))).rejects.toMatchObject({ type: 'UserMistake' });
  });

  it(
    'stop when they are cancelled',
    async () => {
      const environment = new MockActivityEnvironment();
      const asked = { ...input, recipe: recipe({ maxNewTokens: 100_000 }), onnx };
      // At a moment of the work, not of the clock: a fast machine answers five questions in less than any delay.
      const cancelled = createEvaluationActivities({
        ...dependencies,
        openRunner: async (...opening) => {
          environment.cancel();
          return openRunner(...opening);
        },
      });
      const evaluation = run(() => cancelled.evaluateModel(asked), environment);
      await expect(evaluation).rejects.toBeInstanceOf(CancelledFailure);
    },
    limitMs,
  );
});
