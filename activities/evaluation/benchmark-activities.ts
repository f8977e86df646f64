/** Evaluations on benchmarks: local models on the evaluation queue, endpoints on that of the llm workers. */
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import {
  type AskingSettings,
  type BenchmarkActivities,
  type BenchmarkChoice,
  type BenchmarkData,
  type BenchmarkInput,
  type BenchmarkResult,
  type EndpointActivities,
  nameOfBenchmark,
  type TestedModel,
} from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import { settingsFor } from '../../domain/llm-settings.ts';
import type { Environment } from '../../platform/env.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { createEndpointRunner } from '../inference/endpoint-runner.ts';
import { createLlmClient } from '../llm/client.ts';
import { modelOfRecord, recogniseModel } from '../llm/served.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { identifyModel } from '../trainer/base-model.ts';
import { evaluateBenchmark, type OpenedModel } from './evaluate-benchmark.ts';
import { exportOnnx } from './export.ts';
import { scoreRules } from './score-rules.ts';
import { readItems } from './sources.ts';
import { identifyExport, identifyLocal, openExport, openLocal } from './tested-model.ts';

export interface BenchmarkDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython'>;
  logger: Logger;
}

type LocalModel = Extract<TestedModel, { kind: 'local' }>;

export function createBenchmarkActivities({ store, environment, logger }: BenchmarkDependencies): BenchmarkActivities {
  const trainer = { python: environment.trainerPython, logger };
  const { scratch } = environment;
  return {
    identifyBase: ({ base }) =>
      withHeartbeats((report) =>
        identifyModel(base, { python: trainer.python, run: null }, (done, total) =>
          report({ phase: 'reading the model', done, total }),
        ),
      ),

    exportForBenchmarks: async ({ tested, benchmarks, data, asking }) => {
      if (tested.kind !== 'local' || tested.runtime !== 'onnx') return null;
      return withHeartbeats(async (report, signal) => {
        const items = await itemsOfAll(store, tested, benchmarks, data, asking);
        const onProgress = (done: number, total: number): void => report({ phase: 'exporting', done, total });
        const { seed } = asking.decoding;
        const subject = { ...localModel(tested), seed, threads: asking.threads };
        return exportOnnx(subject, items, { store, trainer, scratch, signal, onProgress });
      });
    },

    scoreRules: (input) =>
      withHeartbeats(async (report) => {
        report({ phase: 'scoring rules', done: 0, total: 0 });
        return scoreRules(store, input);
      }),

    evaluateBenchmark: (input) =>
      evaluating(input, { store, scratch, logger }, async () => openTested(input, { store, trainer })),
  };
}

/** @param environment with the endpoints' addresses and keys */
export function createEndpointActivities({
  store,
  environment,
  logger,
}: Omit<BenchmarkDependencies, 'environment'> & {
  environment: Pick<Environment, 'home' | 'llm' | 'scratch'>;
}): EndpointActivities {
  return {
    evaluateEndpoint: (input) =>
      evaluating(input, { store, scratch: environment.scratch, logger }, (signal) =>
        openEndpoint(input, { store, environment, signal }),
      ),
  };
}

const evaluating = (
  input: BenchmarkInput,
  { store, scratch, logger }: { store: ArtifactStore; scratch: string; logger: Logger },
  openModel: (signal: AbortSignal) => Promise<OpenedModel>,
): Promise<BenchmarkResult> =>
  withHeartbeats(async (report, signal) => {
    const phase = `answering ${nameOfBenchmark(input.benchmark)}`;
    const context = {
      ...{ store, scratch, signal },
      onProgress: (done: number, total: number): void => report({ phase, done, total }),
      onDamaged: (key: string): void => logger.warn({ key }, 'kept answers are damaged; they are asked for anew'),
    };
    const result = await evaluateBenchmark(input, await openModel(signal), context);
    logger.info({ ...result, evaluation: result.evaluation.key }, 'model evaluated');
    return result;
  });

async function itemsOfAll(
  store: ArtifactStore,
  { profile }: TestedModel,
  benchmarks: readonly BenchmarkChoice[],
  data: BenchmarkData,
  { limit }: AskingSettings,
) {
  const read = await Promise.all(benchmarks.map((choice) => readItems(store, choice, data, profile, limit)));
  return read.flatMap(({ items }) => items);
}

function localModel({ base, baseSha256, adapter }: LocalModel) {
  if (baseSha256 === null) throw userMistake(`model ${base} has no digest; identifyBase tells it`);
  return { model: { base, sha256: baseSha256 }, checkpoint: adapter };
}

async function openTested(
  { tested, asking, onnx }: BenchmarkInput,
  { store, trainer }: { store: ArtifactStore; trainer: { python: string; logger: Logger } },
): Promise<OpenedModel> {
  const { decoding, threads } = asking;
  if (tested.kind === 'endpoint') throw userMistake(`${tested.label} is asked by an llm worker`);
  if (tested.kind === 'onnx') {
    return {
      answerer: { model: await identifyExport(store, tested.onnx), runtime: 'onnx', precision: 'fp32', decoding },
      inputs: { onnx: tested.onnx.sha256 },
      open: (folder) => openExport(store, tested.onnx, folder, threads),
    };
  }
  const local = localModel(tested);
  const { runtime } = tested;
  const precision = runtime === 'onnx' ? 'fp32' : tested.precision;
  if (runtime === 'onnx' && !onnx) throw userMistake(`${tested.label} was not exported; run exportForBenchmarks first`);
  const settings = { seed: decoding.seed, threads, precision } as const;
  return {
    answerer: { model: await identifyLocal(store, local), runtime, precision, decoding },
    inputs: {
      model: local.model.sha256,
      ...(local.checkpoint ? { checkpoint: local.checkpoint.sha256 } : {}),
    },
    open: (folder) =>
      runtime === 'onnx' && onnx
        ? openExport(store, onnx, folder, threads)
        : openLocal({ store, trainer }, local, settings, folder),
  };
}

/** Who answers is found out by one small call, as before a stage of a run. */
async function openEndpoint(
  { tested, benchmark, asking }: BenchmarkInput,
  {
    store,
    environment,
    signal,
  }: { store: ArtifactStore; environment: Pick<Environment, 'home' | 'llm'>; signal: AbortSignal },
): Promise<OpenedModel> {
  if (tested.kind !== 'endpoint') throw userMistake(`${tested.label} is no model behind an endpoint`);
  const choice = { model: tested.model, ...(tested.provider ? { provider: tested.provider } : {}) };
  if (settingsFor(environment.llm, choice).provider === 'embedded') {
    throw userMistake(
      `${tested.label}: the llm workers have no endpoint; set DERMFLOW_LLM_BASE_URL there, or name a provider, e.g. endpoint:${tested.model}?provider=openai`,
    );
  }
  const connect: Parameters<typeof createEndpointRunner>[0]['connect'] = (loadImage) =>
    createLlmClient(environment, loadImage, choice);
  const client = connect(async () => {
    throw new TypeError('who answers is asked without a picture');
  });
  const stage = {
    run: Context.current().info.workflowExecution?.workflowId ?? 'none',
    stage: `evaluate/${nameOfBenchmark(benchmark)}`,
  };
  const identity = await client.identify(signal);
  const served = await recogniseModel(store, identity, stage, (request) => client.complete(request, signal));
  const model = { ...modelOfRecord(served), thinkingTokens: environment.llm.thinkingTokens };
  const { decoding } = asking;
  return {
    answerer: { model, runtime: 'endpoint', precision: null, decoding },
    inputs: {},
    open: async () => createEndpointRunner({ connect, concurrency: tested.concurrency ?? environment.llm.concurrency }),
  };
}
