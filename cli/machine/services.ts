/** The local stack with its workers, for `up` and `start`. */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { type WorkerRole, workerRoles } from '../../domain/names.ts';
import { atStack, type Stack, type StackAddresses, stackEnvironment, startStack } from '../../infra/local/stack.ts';
import type { Service } from '../../infra/local/supervisor.ts';
import { trainerServer } from '../../infra/local/trainer-server.ts';
import { flatMemory, leanMalloc } from '../../infra/node24.mjs';
import type { Environment } from '../../platform/env.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';

const workerProgram = fileURLToPath(new URL('../../workers/main.ts', import.meta.url));
/** Above the workers' own grace: a trainer may be writing a checkpoint. */
const workerGraceMs = 10 * 60_000;

/**
 * Starts Temporal, S3 and the workers, one process per role. The environment returned is this process's own with their
 * addresses.
 *
 * @param options.bucket an empty one makes a run compute everything again
 * @param options.forksTrainers false: as on a machine with an accelerator. Default: true
 */
export async function startServices(
  logger: Logger,
  options: { bucket?: string; roles?: readonly WorkerRole[]; forksTrainers?: boolean } = {},
): Promise<{ stack: Stack; environment: Environment }> {
  const environment = ownEnvironment();
  const { home, ports } = environment;
  const stack = await startStack({
    home,
    logger,
    wanted: ports,
    ...(options.bucket === undefined ? {} : { bucket: options.bucket }),
  });
  const roles = options.roles ?? workerRoles;
  try {
    const server = roles.includes('gpu') && options.forksTrainers !== false ? trainerServer(environment) : null;
    if (server) await stack.supervisor.add(server.service);
    for (const role of roles) {
      const service = workerService(role, stack, environment);
      await stack.supervisor.add({ ...service, env: { ...service.env, ...server?.variables } });
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
  args: [...flatMemory.flags, workerProgram, role],
  env: { ...stackEnvironment(stack), ...leanMalloc, DERMFLOW_LOG_LEVEL: logLevel },
  graceMs: workerGraceMs,
});
