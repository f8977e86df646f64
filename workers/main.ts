/** `npm run worker -- <role…>`: a worker process with one or more roles. SIGINT and SIGTERM drain it. */
import { DefaultLogger, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { probeStore } from '../activities/store/probe.ts';
import { createS3Client, createS3Store, ensureBucket } from '../activities/store/s3.ts';
import { reportStray } from '../activities/stray.ts';
import { newestStep } from '../activities/training/checkpoints.ts';
import { pruneKept, sweepAndKeep } from '../activities/training/kept.ts';
import { DermflowError, exitCodeOf, userMistake } from '../domain/failures.ts';
import { type WorkerRole, workerRoles } from '../domain/names.ts';
import { watchLifeline } from '../platform/lifeline.ts';
import { createLogger } from '../platform/logger.ts';
import { ownEnvironment } from '../platform/own-environment.ts';
import { useProxies } from '../platform/proxy.ts';
import { connectWorker } from '../platform/temporal.ts';
import { useOwnHome } from '../platform/user.ts';
import type { WorkerDependencies } from './queue.ts';
import { queuesOf } from './roles.ts';

/** The newest step must be on the display soon; the default would throttle heartbeats to most of their timeout. */
const heartbeatThrottle = '1 second';
/** Folders of other machines' dead workers are free only after a while, so a sweep at the start is not enough. */
const sweepEveryMs = 60_000;

try {
  useProxies();
  useOwnHome();
  await run(readRoles(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof DermflowError)) {
    console.error(error);
    // Not rethrown: nobody would handle it, and the worker would run without working.
    process.exit(1);
  }
  console.error(error.message);
  process.exitCode = exitCodeOf(error.type);
}

function readRoles(names: string[]): WorkerRole[] {
  const roles = workerRoles.filter((role) => names.includes(role));
  const unknown = names.find((name) => !workerRoles.some((role) => role === name));
  if (unknown !== undefined || roles.length === 0) {
    throw userMistake(
      `${unknown === undefined ? 'no role given' : `unknown role "${unknown}"`}; one or more of ${workerRoles.join(', ')}`,
    );
  }
  return roles;
}

async function run(roles: WorkerRole[]): Promise<void> {
  const environment = ownEnvironment();
  const logger = createLogger(`worker/${roles.join('+')}`, environment.logLevel);
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      logger[level === 'WARN' ? 'warn' : 'error'](meta ?? {}, message),
    ),
  });
  process.on('unhandledRejection', reportStray(logger));
  const ending = new AbortController();
  const end = (): void => ending.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  watchLifeline(environment.lifeline, end);

  const s3 = createS3Client(environment.s3);
  await ensureBucket(s3, environment.s3);
  for (const reason of (await probeStore(s3, environment.s3)).lacks)
    logger.warn({ reason }, 'the store lacks something');
  const store = createS3Store(s3, environment.s3);
  await sweepAndKeep(environment.scratch, logger);
  const sweepAgain = (): Promise<void> =>
    sweepAndKeep(environment.scratch, logger).catch((reason: unknown) => {
      logger.warn({ reason: String(reason) }, 'scratch folders of dead workers were not removed');
    });
  setInterval(() => void sweepAgain(), sweepEveryMs).unref();
  await pruneKept(environment.scratch, (stageKey) => newestStep(store, stageKey), logger);
  const served = await connectWorker(environment);
  const leave = (): never => {
    logger.info({ roles }, 'worker ended');
    // Threads of native libraries must not keep an ended worker alive.
    process.exit(0);
  };
  const dependencies = { store, environment, logger, shutdown: ending.signal };
  const workers = await createWorkers(roles, dependencies, served).catch((reason: unknown) => {
    if (!ending.signal.aborted) throw reason;
    // What it waited for was ended with it.
    return leave();
  });
  if (!ending.signal.aborted) logger.info({ roles }, 'worker ready');
  const running = workers.map((worker) => worker.run());
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  ending.signal.addEventListener('abort', shutdown);
  if (ending.signal.aborted) shutdown();
  try {
    await Promise.all(running);
  } finally {
    await served.connection.close();
    s3.destroy();
  }
  leave();
}

async function createWorkers(
  roles: WorkerRole[],
  dependencies: WorkerDependencies,
  served: Pick<WorkerOptions, 'connection' | 'namespace' | 'dataConverter'>,
): Promise<Worker[]> {
  const workers: Worker[] = [];
  for (const role of roles) {
    for (const queue of await queuesOf(role, dependencies)) {
      workers.push(
        await Worker.create({
          ...served,
          maxHeartbeatThrottleInterval: heartbeatThrottle,
          defaultHeartbeatThrottleInterval: heartbeatThrottle,
          ...queue,
        }),
      );
    }
  }
  return workers;
}
