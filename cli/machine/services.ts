/** The local stack with its workers, for `up` and `start`. */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type WorkerRole, workerRoles } from '../../domain/names.ts';
import { readWantedPorts } from '../../infra/local/settings.ts';
import { type Stack, stackEnvironment, startStack, useStack } from '../../infra/local/stack.ts';
import { smallHeap } from '../../infra/node24.mjs';
import { readEnvironment } from '../../platform/env.ts';

const workerProgram = fileURLToPath(new URL('../../workers/main.ts', import.meta.url));
/** Above the workers' own grace: a trainer may be writing a checkpoint. */
const workerGraceMs = 10 * 60_000;

/**
 * Starts Temporal, S3 and the workers, a process a role, and puts the addresses into this process's environment.
 *
 * @param bucket an empty one makes a run compute everything anew
 */
export async function startServices(
  logger: Logger,
  options: { bucket?: string; roles?: readonly WorkerRole[] } = {},
): Promise<Stack> {
  const { home, logLevel } = readEnvironment(process.env);
  const stack = await startStack({
    home,
    logger,
    wanted: readWantedPorts(process.env),
    ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
  });
  useStack(stack);
  const env = { ...stackEnvironment(stack), DERMFLOW_LOG_LEVEL: logLevel };
  try {
    for (const role of options.roles ?? workerRoles) {
      await stack.supervisor.add({
        name: `worker-${role}`,
        command: process.execPath,
        args: [smallHeap, workerProgram, role],
        env,
        graceMs: workerGraceMs,
      });
    }
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}
