/** The local stack with its workers, for `up` and `start`. */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type WorkerRole, workerRoles } from '../../domain/names.ts';
import { atStack, type Stack, type StackAddresses, stackEnvironment, startStack } from '../../infra/local/stack.ts';
import type { Service } from '../../infra/local/supervisor.ts';
import { smallHeap } from '../../infra/node24.mjs';
import type { Environment } from '../../platform/env.ts';
import { ownEnvironment } from '../environment.ts';

const workerProgram = fileURLToPath(new URL('../../workers/main.ts', import.meta.url));
/** Above the workers' own grace: a trainer may be writing a checkpoint. */
const workerGraceMs = 10 * 60_000;

/**
 * Starts Temporal, S3 and the workers, one process per role. The environment returned is this process's own with their
 * addresses.
 *
 * @param bucket an empty one makes a run compute everything anew
 */
export async function startServices(
  logger: Logger,
  options: { bucket?: string; roles?: readonly WorkerRole[] } = {},
): Promise<{ stack: Stack; environment: Environment }> {
  const environment = ownEnvironment();
  const { home, ports } = environment;
  const stack = await startStack({
    home,
    logger,
    wanted: ports,
    ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
  });
  try {
    for (const role of options.roles ?? workerRoles) {
      await stack.supervisor.add(workerService(role, stack, environment));
    }
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return { stack, environment: atStack(environment, stack) };
}

/** A worker of one role at a local stack, in a process of its own. */
export const workerService = (role: WorkerRole, stack: StackAddresses, { logLevel }: Environment): Service => ({
  name: `worker-${role}`,
  command: process.execPath,
  args: [smallHeap, workerProgram, role],
  env: { ...stackEnvironment(stack), DERMFLOW_LOG_LEVEL: logLevel },
  graceMs: workerGraceMs,
});
