import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { startEvaluation } from '../../cli/evaluate/evaluate.ts';
import type { BenchmarkInput, EvaluateModelsInput, EvaluateModelsResult } from '../../domain/contracts/benchmarks.ts';
import { usualJudge } from '../../domain/dermeval/judge.ts';
import { failureTypes, needsPerson, userMistake } from '../../domain/failures.ts';
import { signals } from '../../domain/names.ts';
import { requestOf } from '../support/evaluations.ts';
import { benchmarkResult, createGate, type Faked, reference, untilCancelled } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { failureOf, progressOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const { fakes } = runs;

async function start(
  instead: Partial<Faked> = {},
  input: EvaluateModelsInput = requestOf(),
  id = `evaluate-${randomUUID()}`,
): Promise<WorkflowHandle> {
  fakes.begin(instead);
  const { client } = runs.environment;
  await startEvaluation(client, id, input);
  return client.workflow.getHandle(id);
}
const resultOf = (evaluation: WorkflowHandle): Promise<EvaluateModelsResult> => evaluation.result();

describe('an evaluation of models', () => {
  it('asks each model every benchmark, local ones after their export, endpoints on the llm workers', async () => {
    const evaluation = await start();
    const { evaluations } = await resultOf(evaluation);
    expect(evaluations.map(({ label, benchmark }) => `${label}: ${benchmark}`)).toEqual([
      'base:tiny: id-diagnosis',
      'base:tiny: lesion-condition',
      'endpoint:gpt-4o: id-diagnosis',
      'endpoint:gpt-4o: lesion-condition',
      'run@grpo-500: id-diagnosis',
      'run@grpo-500: lesion-condition',
    ]);
    expect(fakes.names('identify', 'export', 'evaluateBenchmark')).toEqual([
      'identifyBase',
      'exportForBenchmarks base:tiny',
      'evaluateBenchmark base:tiny id-diagnosis',
      'evaluateBenchmark base:tiny lesion-condition',
      'exportForBenchmarks run@grpo-500',
      'evaluateBenchmark run@grpo-500 id-diagnosis',
      'evaluateBenchmark run@grpo-500 lesion-condition',
    ]);
    expect(fakes.names('evaluateEndpoint')).toEqual([
      'evaluateEndpoint endpoint:gpt-4o id-diagnosis',
      'evaluateEndpoint endpoint:gpt-4o lesion-condition',
    ]);
    const asked = fakes.calls
      .filter(({ name }) => name.startsWith('evaluate'))
      .map(({ input }) => input as BenchmarkInput); // by its name
    expect(asked.map(({ tested, onnx }) => [tested.kind, onnx === null])).toContainEqual(['endpoint', true]);
    for (const { tested, onnx } of asked.filter((each) => each.tested.kind === 'local')) {
      expect(onnx).toEqual(reference('onnx', tested.label));
      expect(tested).not.toMatchObject({ baseSha256: null });
    }
    const { stages } = await progressOf(evaluation);
    expect(stages.map(({ stage, state }) => [stage, state])).toEqual([
      ['data', 'done'],
      ['rules', 'done'],
      ...['base:tiny', 'endpoint:gpt-4o', 'run@grpo-500'].map((label) => [label, 'done']),
    ]);
  });

  it('has nearest neighbour and linear probe scored after the rules, by the encoder that was named', async () => {
    const encoder = { name: 'mine', artifact: reference('onnx', 'mine') };
    const scoreProbes: Faked['scoreProbes'] = async ({ benchmark }) => ({
      rows: [],
      remarks: [`${benchmark}: absent`],
    });
    const evaluation = await start({ scoreProbes }, { ...requestOf(), encoder });
    const { rules, remarks } = await resultOf(evaluation);
    expect(fakes.names('score')).toEqual(['scoreRules', 'scoreRules', 'scoreProbes', 'scoreProbes']);
    const asked = fakes.calls.find(({ name }) => name.startsWith('scoreProbes'))?.input;
    expect(asked).toMatchObject({ encoder, limit: null, threads: 1, data: requestOf().data });
    expect(rules.map(({ label }) => label)).toEqual(['Guessing', 'Guessing']);
    expect(remarks).toEqual(['id-diagnosis: absent', 'lesion-condition: absent']);
    const shipped = await start();
    expect((await resultOf(shipped)).rules.map(({ label }) => label)).toContain('Linear probe, tiny');
    expect(fakes.calls.find(({ name }) => name.startsWith('scoreProbes'))?.input).not.toHaveProperty('encoder');
  });

  it('has each model’s answers judged after they came, where a judge is named', async () => {
    const judge = { ...usualJudge, model: 'strict' };
    const evaluation = await start({}, { ...requestOf(), judge });
    const { evaluations } = await resultOf(evaluation);
    expect(evaluations.map(({ label, benchmark }) => `${label}: ${benchmark}`).slice(0, 4)).toEqual([
      'base:tiny: id-diagnosis',
      'base:tiny: id-diagnosis@strict',
      'base:tiny: lesion-condition',
      'base:tiny: lesion-condition@strict',
    ]);
    const asked = fakes.calls.filter(({ name }) => name.startsWith('judgeAnswers')).map(({ input }) => input);
    expect(asked).toHaveLength(6);
    expect(asked).toContainEqual({
      ...{ evaluation: reference('benchmark', 'base:tiny/id-diagnosis'), label: 'base:tiny', reader: 'strict', judge },
    });
    await resultOf(await start());
    expect(fakes.names('judge')).toEqual([]);
  });

  it('has the data stage of a recipe done first', async () => {
    const { data: _, ...rest } = requestOf();
    const recipe = JSON.parse(JSON.stringify(smallRecipe()));
    await resultOf(await start({}, { ...rest, data: { recipe } }));
    expect(fakes.names()[0]).toBe('prepareData');
    const asked = fakes.calls.find(({ name }) => name.startsWith('evaluateBenchmark'))?.input as BenchmarkInput; // by its name
    expect(asked.data).toEqual({ questions: reference('questions', 'all'), dataset: reference('dataset', 'split') });
  });

  it('is one: the same request attaches while it runs, and finds the result when it is done', async () => {
    const gate = createGate();
    const { client } = runs.environment;
    const id = `evaluate-${randomUUID()}`;
    const evaluateEndpoint: Faked['evaluateEndpoint'] = async ({ tested, benchmark }) => {
      await gate.opened;
      return benchmarkResult(tested.label, benchmark);
    };
    const evaluation = await start({ evaluateEndpoint }, requestOf(), id);
    expect(await startEvaluation(client, id, requestOf())).toBe(false);
    gate.open();
    const result = await resultOf(evaluation);
    expect(await startEvaluation(client, id, requestOf())).toBe(false);
    expect(await resultOf(client.workflow.getHandle(id))).toEqual(result);
    expect(fakes.names('evaluateEndpoint')).toHaveLength(2);
  });

  it('that failed goes on when it is asked for again', async () => {
    const { client } = runs.environment;
    const id = `evaluate-${randomUUID()}`;
    const failing: Faked['evaluateBenchmark'] = async () => {
      throw userMistake('the model does not fit the machine');
    };
    const evaluation = await start({ evaluateBenchmark: failing }, requestOf(), id);
    expect(await failureOf(evaluation)).toEqual({
      type: failureTypes.userMistake,
      message: 'the model does not fit the machine',
    });
    // The others were asked to their end.
    expect(fakes.names('evaluateEndpoint')).toHaveLength(2);
    expect(fakes.names('exportForBenchmarks')).toHaveLength(2);
    fakes.begin({});
    expect(await startEvaluation(client, id, requestOf())).toBe(true);
    expect((await resultOf(client.workflow.getHandle(id))).evaluations).toHaveLength(6);
  });

  it('waits for a person where an account is empty, and goes on', async () => {
    let calls = 0;
    const empty = createGate();
    const evaluation = await start({
      evaluateEndpoint: async ({ tested, benchmark }) => {
        calls += 1;
        if (calls === 1) {
          empty.open();
          throw needsPerson('the account is empty');
        }
        return benchmarkResult(tested.label, benchmark);
      },
    });
    await empty.opened;
    let waiting = (await progressOf(evaluation)).waitsFor ?? [];
    while (waiting.length === 0) {
      await sleep(20);
      waiting = (await progressOf(evaluation)).waitsFor ?? [];
    }
    expect(waiting).toEqual([{ activity: 'evaluateEndpoint-1', reason: 'the account is empty' }]);
    await evaluation.signal(signals.retryNow, ['evaluateEndpoint-1']);
    expect((await resultOf(evaluation)).evaluations).toHaveLength(6);
  });

  it('that is cancelled ends as such, and starts no further model', async () => {
    const begun = createGate();
    const evaluation = await start({
      evaluateBenchmark: () => {
        begun.open();
        return untilCancelled();
      },
    });
    await begun.opened;
    await evaluation.cancel();
    await expect(evaluation.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(fakes.names('evaluateBenchmark')).toEqual(['evaluateBenchmark base:tiny id-diagnosis']);
  });

  it.each([
    ['no model', { ...requestOf(), models: [] }, 'models'],
    [
      'a model twice',
      { ...requestOf(), models: [...requestOf().models, ...requestOf().models] },
      'a model stands twice',
    ],
    ['several greedy samples', { ...requestOf(), asking: { ...requestOf().asking, samples: 3 } }, 'temperature'],
    ['nothing', null, '(top level)'],
  ])('refuses %s in a line', async (_, input, words) => {
    const evaluation = await start({}, input as EvaluateModelsInput); // what any client may send
    const { type, message } = await failureOf(evaluation);
    expect(type).toBe(failureTypes.userMistake);
    expect(message).toContain(words);
    expect(message).not.toContain('\n');
  });
});
