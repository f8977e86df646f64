/** Temporal for tests: servers out of the tools that set-up installed, and workers with given activities. */
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { searchAttributes, taskQueues } from '../../domain/names.ts';
import { readEnvironment } from '../../platform/env.ts';
import { findTools } from '../../platform/tools.ts';

export type ActivitiesByQueue = Record<string, object>;

/** Stands in recorded histories for the process and the host. */
const identity = 'recorder';
const quiet = new DefaultLogger('ERROR');
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** A server whose clock jumps over every pause while a result is waited for. Its clock has nothing to do with ours. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: installTools().temporalTestServer } as const;
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable },
    client: { identity },
  });
  const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(Object.values(searchAttributes).map((name) => [name, keyword])),
  });
  return environment;
}

/**
 * The real server, in memory, with our search attributes and without the pause before each step.
 *
 * @param attributes search attributes of its namespace
 */
export function startDevServer(
  attributes: readonly string[] = Object.values(searchAttributes),
  dataConverter: DataConverter = {},
): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: installTools().temporal } as const;
  const extraArgs = [
    ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000'],
    ...attributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
  const server = { executable, ip: '127.0.0.1', extraArgs };
  return TestWorkflowEnvironment.createLocal({ server, client: { identity, dataConverter } });
}

function installTools(): ReturnType<typeof findTools> {
  const filter = 'ERROR';
  Runtime.install({ logger: quiet, telemetryOptions: { logging: { filter, forward: {} } } });
  return findTools(readEnvironment(process.env).home);
}

/** The workflows as the orchestrator runs them; some seconds of work, so once per file. */
export const bundleWorkflows = (
  path = workflowsPath,
  { failureConverterPath }: DataConverter = {},
): Promise<WorkflowBundle> =>
  bundleWorkflowCode({
    workflowsPath: path,
    logger: quiet,
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });

/**
 * One worker for each task queue, with that queue's activities alone: a call that goes to the wrong queue waits forever.
 * Returns what stops them.
 */
export async function startWorkers(
  { nativeConnection: connection }: Pick<TestWorkflowEnvironment, 'nativeConnection'>,
  workflowBundle: WorkflowBundle,
  activities: ActivitiesByQueue,
  dataConverter: DataConverter = {},
): Promise<() => Promise<void>> {
  const { [taskQueues.orchestrator]: orchestrators = {}, ...others } = activities;
  const options = {
    connection,
    dataConverter,
    identity,
    shutdownGraceTime: '1 second',
    maxHeartbeatThrottleInterval: '100 milliseconds',
    defaultHeartbeatThrottleInterval: '100 milliseconds',
  } as const;
  const workers = await Promise.all([
    Worker.create({ ...options, taskQueue: taskQueues.orchestrator, workflowBundle, activities: orchestrators }),
    ...Object.entries(others).map(([taskQueue, own]) => Worker.create({ ...options, taskQueue, activities: own })),
  ]);
  const running = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
}
