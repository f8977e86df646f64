/** Models of three kinds asked through Temporal by the activities that workers have, with the shipped model. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBenchmarkActivities } from '../../../activities/evaluation/benchmark-activities.ts';
import { createEndpointActivities } from '../../../activities/evaluation/endpoint-activities.ts';
import { withActivityFailures } from '../../../activities/failures.ts';
import { createProbeActivities } from '../../../activities/probes/activities.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { resultOf, startEvaluation } from '../../../cli/evaluate/evaluate.ts';
import { idOf } from '../../../cli/evaluate/request.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { BenchmarkResult, EvaluateModelsInput } from '../../../domain/contracts/benchmarks.ts';
import { taskQueues } from '../../../domain/names.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { chatAnswer, serveChat } from '../../support/chat-server.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { endpointModel, localModel, requestOf, storeQuestions } from '../../support/evaluations.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { patternPng, trainer } from '../../support/micro-model.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../../support/temporal.ts';

const store = createMemoryStore();
let server: Awaited<ReturnType<typeof startDevServer>>;
let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;
beforeAll(async () => {
  [server, bundle] = await Promise.all([startDevServer(), bundleWorkflows()]);
}, 600_000);
afterAll(() => server.teardown());

const outputsOf = async ({ evaluation }: BenchmarkResult): Promise<string[]> => {
  const { items } = artifactFiles.benchmark;
  return (await readJsonLines(store, evaluation, items.name, items.schema)).map(({ output }) => output);
};

it('ONNX and Transformers give the same answers, an endpoint its own, and nothing is asked twice', async () => {
  const said = '<thinking> a network </thinking> <final diagnosis> A </final diagnosis>';
  const chat = await serveChat(() => chatAnswer(said));
  const scratch = await temporaryFolder();
  const environment = {
    ...readEnvironment({ ...process.env, DERMFLOW_LLM_BASE_URL: chat.baseUrl, DERMFLOW_LLM_MODEL: 'vlm' }),
    scratch,
  };
  const dependencies = { store, environment, logger: trainer.logger };
  const stopWorkers = await startWorkers(server, bundle, {
    [taskQueues.orchestrator]: {},
    [taskQueues.evaluation]: withActivityFailures({
      ...createBenchmarkActivities(dependencies),
      ...createProbeActivities(dependencies),
    }),
    [taskQueues.llm]: withActivityFailures(createEndpointActivities(dependencies)),
  });
  const questions = await storeQuestions(store, 8, (i) => patternPng(`${i}`, [112, 112]));
  const input = (limit: number): EvaluateModelsInput =>
    requestOf({
      models: [
        localModel({ label: 'onnx' }),
        localModel({ label: 'transformers', runtime: 'transformers' }),
        endpointModel('vlm'),
      ],
      benchmarks: ['id-diagnosis'],
      data: { questions, dataset: null },
      asking: { ...requestOf().asking, limit, batchSize: 4 },
    });
  const evaluate = async (limit: number, more: Partial<EvaluateModelsInput> = {}): Promise<BenchmarkResult[]> => {
    const asked = { ...input(limit), ...more };
    const id = idOf(asked);
    await startEvaluation(server.client, id, asked);
    return (await resultOf(server.client, id)).evaluations;
  };
  try {
    const [onnx, transformers, endpoint] = await evaluate(6);
    if (!onnx || !transformers || !endpoint) throw new RangeError('three models, one benchmark');
    expect([onnx, transformers, endpoint].map(({ items, label }) => [label, items])).toEqual([
      ['onnx', 6],
      ['transformers', 6],
      ['endpoint:vlm', 6],
    ]);
    expect(await outputsOf(onnx)).toEqual(await outputsOf(transformers));
    expect(await outputsOf(endpoint)).toEqual(Array(6).fill(said));
    expect(endpoint.strict.score.value).toBe(1);
    // What the runtime chose greedily it held for the likeliest option.
    const { items } = artifactFiles.benchmark;
    const scored = await readJsonLines(store, onnx.evaluation, items.name, items.schema);
    for (const { confidence = 0, strict } of scored) {
      expect(strict.letter).not.toBeNull();
      expect(confidence).toBeGreaterThan(1 / 4);
      expect(confidence).toBeLessThan(1);
    }
    // One more call tells who answers.
    expect(chat.requests).toHaveLength(7);

    // The same once more is the same evaluation; under another name its artifacts are found.
    expect(await evaluate(6)).toEqual([onnx, transformers, endpoint]);
    const again = `evaluate-${randomUUID()}`;
    await startEvaluation(server.client, again, { ...input(6), models: [endpointModel('vlm')] });
    expect((await resultOf(server.client, again)).evaluations).toEqual([endpoint]);
    expect(chat.requests).toHaveLength(8);

    // Two items more are two questions more.
    const [longer] = await evaluate(8, { models: [endpointModel('vlm')] });
    expect(longer?.items).toBe(8);
    expect(chat.requests).toHaveLength(8 + 1 + 2);
  } finally {
    await stopWorkers();
  }
}, 600_000);
