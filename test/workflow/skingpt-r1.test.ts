import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRecipeOf } from '../../cli/start/recipes.ts';
import type { BenchmarkInput } from '../../domain/contracts/benchmarks.ts';
import type { NarrativeReportInput } from '../../domain/contracts/report.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import type { DistilInput } from '../../domain/contracts/training.ts';
import { userMistake } from '../../domain/failures.ts';
import { skinGptR1Method } from '../../domain/methods/skingpt-r1/method.ts';
import { overlay } from '../../domain/recipe/overlay.ts';
import { parseRecipeOf } from '../../domain/recipe/parse.ts';
import { type Call, createGate, type Faked, reference } from '../support/fake-activities.ts';
import { demoRecipe } from '../support/recipes.ts';
import { failureOf, progressOf, resultOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const { fakes } = runs;
const demo = await readRecipeOf('skingpt-r1', 'skingpt-demo');
const recipeWith = (changes: object = {}) =>
  parseRecipeOf('skingpt-r1', overlay({ ...demo, distillation: short }, changes), 'r.yaml');
const short = { ...demo.distillation, epochs: 2, dermcotEpochs: 1, batchSize: 16, perDeviceBatchSize: 16 };
const start = (recipe: unknown = recipeWith(), instead: Partial<Faked> = {}): Promise<WorkflowHandle> =>
  runs.start(instead, { recipe }, undefined, skinGptR1Method.workflow);

/** By the name of a call. */
const inputOf = <T>(calls: readonly Call[], name: string): T => calls.find((call) => call.name === name)?.input as T;

describe('a complete run', () => {
  let run: WorkflowHandle;
  let result: RunResult;
  let calls: Call[];
  beforeAll(async () => {
    run = await start();
    result = await resultOf(run);
    calls = fakes.calls;
  });
  const names = (...wanted: string[]): string[] =>
    calls.map(({ name }) => name).filter((name) => wanted.some((each) => name.startsWith(each)));

  it('does the parts of the method in order', () => {
    const beside = ['evaluateBenchmark', 'scoreAnswersByDrawing'];
    expect(calls.map(({ name }) => name).filter((name) => !beside.some((own) => name.startsWith(own)))).toEqual([
      ...['identifyModel', 'prepareCases', 'openTeacher', 'makeSets'],
      ...['describePictures', 'writeNarratives'],
      ...['drawForReview', 'reviewByScript', 'certify'],
      ...['scoreByDrawing', 'chooseNarratives'],
      ...['encodeTeacher', 'trainDistilled 1 of dermcot'],
      ...['trainDistilled 1 of distillation', 'trainDistilled 2 of distillation'],
      ...['exportAdapter', 'writeNarrativeReport'],
    ]);
  });

  it('asks each model on each set, with pictures and without, and on DermBench’s part', () => {
    const asked = calls.filter(({ name }) => name.startsWith('evaluateBenchmark'));
    const models = ['base', 'dermcot', 'distillation'];
    expect(asked.map(({ name }) => name.replace(`${run.workflowId}@`, '')).toSorted()).toEqual(
      models
        .flatMap((model) => [
          `evaluateBenchmark ${model} classification-ham10000`,
          `evaluateBenchmark ${model}-no-image classification-ham10000`,
          `evaluateBenchmark ${model} dermbench-part`,
        ])
        .toSorted(),
    );
    for (const { input } of asked) {
      const { tested, onnx } = input as BenchmarkInput; // by its name
      expect({ onnx, ...tested }).toMatchObject({ onnx: null, kind: 'local', runtime: 'transformers' });
    }
    expect(names('scoreAnswersByDrawing').toSorted()).toEqual(models.map((model) => `scoreAnswersByDrawing ${model}`));
  });

  it('begins to ask the base while narratives are written, not before the descriptions of the same machines', () => {
    const order = calls.map(({ name }) => name);
    const first = order.indexOf(`evaluateBenchmark ${run.workflowId}@base classification-ham10000`);
    expect(first).toBeGreaterThan(order.indexOf('describePictures'));
    expect(first).toBeLessThan(order.indexOf('drawForReview'));
  });

  it('gives the teacher’s features to the distillation alone', () => {
    const teacherOf = (name: string) => inputOf<DistilInput>(calls, name).teacher;
    expect(teacherOf('trainDistilled 1 of dermcot')).toBeNull();
    expect(teacherOf('trainDistilled 2 of distillation')).toMatchObject({ form: 'patches' });
  });

  it('exports the last epoch and reports all that was measured', () => {
    const { evaluations, bench, logs, certified } = inputOf<NarrativeReportInput>(calls, 'writeNarrativeReport');
    expect(result.adapter).toEqual(reference('adapter', 'distillation/step-4'));
    expect(evaluations.map(({ label }) => label)).toEqual(
      ['base', 'dermcot', 'distillation'].flatMap((model) => [model, `${model}-no-image`]),
    );
    expect(bench.map(({ label }) => label)).toEqual(['base', 'dermcot', 'distillation']);
    expect(logs.map(({ stage }) => stage)).toEqual(['dermcot', 'distillation', 'distillation']);
    expect(certified).toMatchObject({ counts: { certified: 3 } });
    expect(result).toMatchObject({ evaluations: [], benchmarks: [...evaluations, ...bench] });
  });

  it('tells its parts and what was measured', async () => {
    const { stages, benchmarks, checkpoint } = await progressOf(run);
    expect(stages.map(({ stage, state }) => `${stage} ${state}`)).toEqual(
      skinGptR1Method.parts.map((part) => `${part} done`),
    );
    expect(benchmarks).toHaveLength(9);
    expect(checkpoint).toEqual({ stage: 'distillation', step: 4 });
  });
});

const dermeval = {
  lora: { rank: 8, alpha: 8, dropout: 0 },
  sft: {
    ...{ epochs: 2, batchSize: 2, perDeviceBatchSize: 1, learningRate: 1e-4, warmupRatio: 0, weightDecay: 0 },
    ...{ maxGradNorm: 1, gradientCheckpointing: false, saveEvery: 5 },
  },
  soreb: {
    ...{ promptsPerStep: 2, generations: 2, perDeviceBatchSize: 2, learningRate: 1e-5, warmupRatio: 0, weightDecay: 0 },
    ...{ maxGradNorm: 1, gradientCheckpointing: false, maxCompletionLength: 64, steps: 6, milestones: [3, 6] },
    saveEvery: 3,
  },
};

describe('a recipe', () => {
  it('with an evaluator trains it on people’s scores, and lets its last checkpoint score all narratives', async () => {
    const recipe = recipeWith({ dermeval, narratives: { scoredBy: 'dermeval' } });
    await resultOf(await start(recipe));
    expect(fakes.names('trainSft', 'trainSoreb', 'evaluateNarratives', 'chooseNarratives')).toEqual([
      ...['trainSft 1 of dermeval-sft', 'trainSft 2 of dermeval-sft', 'trainSoreb 3', 'trainSoreb 6'],
      ...['evaluateNarratives', 'chooseNarratives'],
    ]);
    const { evaluator } = inputOf<{ evaluator: unknown }>(fakes.calls, 'evaluateNarratives');
    expect(evaluator).toEqual({ ...reference('checkpoint', 'dermeval/step-6'), step: 6 });
  });

  it('with a judge lets it score narratives, and the answers on DermBench’s part', async () => {
    const judge = { model: 'a-judge', temperature: 0, repeats: 1, maxTokens: 9, maxMissing: 0, anchors: 0, line: 1 };
    await resultOf(await start(recipeWith({ judge, narratives: { scoredBy: 'judge' } })));
    expect(fakes.names('judge', 'score').toSorted()).toEqual([
      ...['judgeAnswers base', 'judgeAnswers dermcot', 'judgeAnswers distillation', 'judgeNarratives'],
    ]);
  });

  it('without certified cases asks nobody, and has no part of DermBench', async () => {
    const result = await resultOf(await start(recipeWith({ certified: { cases: 0 } })));
    expect(fakes.names('draw', 'certify', 'score')).toEqual(['scoreByDrawing']);
    expect(result.benchmarks).toHaveLength(6);
  });

  it('without a teacher exports what narratives alone taught', async () => {
    const result = await resultOf(await start(recipeWith({ teacher: null, distillation: { epochs: 0 } })));
    expect(fakes.names('openTeacher', 'encodeTeacher', 'trainDistilled')).toEqual(['trainDistilled 1 of dermcot']);
    expect(result.adapter).toEqual(reference('adapter', 'dermcot/step-2'));
  });

  it('of another method is a user’s mistake', async () =>
    expect(await failureOf(await start(demoRecipe()))).toMatchObject({
      message: expect.stringContaining('method is "skin-r1": expected "skingpt-r1"'),
    }));
});

it('a teacher that does not fit is told before anything is written', async () => {
  const run = await start(recipeWith(), {
    openTeacher: async () => {
      throw userMistake('distillation.adapters.width is 1024: …');
    },
  });
  expect(await failureOf(run)).toMatchObject({ message: expect.stringContaining('distillation.adapters.width') });
  expect(fakes.names('write', 'describe')).toEqual([]);
});

it('an evaluation that fails lets training go on and fails the run at its end', async () => {
  const trained = createGate();
  const run = await start(recipeWith(), {
    evaluateBenchmark: async () => {
      throw userMistake('no room');
    },
    exportAdapter: async () => {
      trained.open();
      return reference('adapter', 'none');
    },
  });
  expect(await failureOf(run)).toMatchObject({ message: 'no room' });
  expect(fakes.names('trainDistilled')).toHaveLength(3);
  expect(fakes.names('exportAdapter')).toEqual([]);
});
