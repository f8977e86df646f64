/** Evaluations on benchmarks of models behind endpoints, on the queue of the llm workers. */
import { Context } from '@temporalio/activity';
import { type BenchmarkInput, type EndpointActivities, nameOfBenchmark } from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import { settingsFor } from '../../domain/llm-settings.ts';
import type { Environment } from '../../platform/env.ts';
import { createEndpointRunner } from '../inference/endpoint-runner.ts';
import { createLlmClient } from '../llm/client.ts';
import { modelOfRecord, recogniseModel } from '../llm/served.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { type BenchmarkDependencies, evaluating } from './benchmark-activities.ts';
import type { OpenedModel } from './evaluate-benchmark.ts';

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

/** Who answers is found out by one small call, as before a part of a run. */
async function openEndpoint(
  { tested, benchmark, asking }: BenchmarkInput,
  {
    store,
    environment,
    signal,
  }: { store: ArtifactStore; environment: Pick<Environment, 'home' | 'llm'>; signal: AbortSignal },
): Promise<OpenedModel> {
  if (tested.kind !== 'endpoint') throw userMistake(`${tested.label} is not a model behind an endpoint`);
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
  const part = {
    run: Context.current().info.workflowExecution?.workflowId ?? 'none',
    stage: `evaluate/${nameOfBenchmark(benchmark)}`,
  };
  const identity = await client.identify(signal);
  const served = await recogniseModel(store, identity, part, (request) => client.complete(request, signal));
  const model = { ...modelOfRecord(served), thinkingTokens: environment.llm.thinkingTokens };
  const { decoding } = asking;
  return {
    answerer: { model, runtime: 'endpoint', precision: null, decoding },
    inputs: {},
    open: async () => createEndpointRunner({ connect, concurrency: tested.concurrency ?? environment.llm.concurrency }),
  };
}
