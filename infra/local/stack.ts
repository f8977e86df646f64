/** The embedded default: Temporal and S3 on this machine, data kept below one folder. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { thisProcess } from '../../activities/owner.ts';
import { unavailable } from '../../domain/failures.ts';
import { fileSystemOf } from '../setup/file-systems.mjs';
import { storeProblem } from '../setup/requirements.mjs';
import { findTools } from '../tools.ts';
import { isInUse, keepOccupied, requireFree } from './occupied.ts';
import { s3Credentials, s3Service, temporalService } from './services.ts';
import {
  choosePorts,
  type Ports,
  readOrMakeSecrets,
  readStackFile,
  type Secrets,
  stackFile,
  type WantedPorts,
  writeWhole,
} from './settings.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

/** Where a stack answers, whoever started it. */
export interface StackAddresses {
  ports: Ports;
  secrets: Secrets;
  bucket: string;
}

export interface Stack extends StackAddresses {
  /** More processes may be added, e.g. workers; they end before the servers do. */
  supervisor: Supervisor;
  stop(): Promise<void>;
}

const firstBucket = 'dermflow';

export interface StackOptions {
  home: string;
  logger: Logger;
  wanted?: WantedPorts;
  /** Defaults to that of the last time. */
  bucket?: string;
}

/**
 * Starts both servers, with the data and, where free, the ports of the last time. They are started again when they die.
 * Throws `Unavailable` when a stack runs on this folder already, its disk or its path will not do, a port is taken or a
 * server does not come up.
 */
export async function startStack({ home, logger, wanted = {}, ...options }: StackOptions): Promise<Stack> {
  const problem = storeProblem({ path: home, fileSystem: fileSystemOf(home) });
  if (problem !== null) throw unavailable(problem);
  const last = await readStackFile(home);
  await requireFree(home, last, logger);
  const tools = findTools(home);
  const secrets = await readOrMakeSecrets(home);
  const bucket = options.bucket ?? last?.bucket ?? firstBucket;
  const startOn = async (ports: Ports): Promise<Stack> => {
    await writeWhole(stackFile(home), { owner: thisProcess(), ports, bucket });
    const stopRenewing = keepOccupied(home);
    const supervisor = createSupervisor(join(home, 'logs'), logger);
    const stop = async (): Promise<void> => {
      await supervisor.stop();
      await stopRenewing();
      await writeWhole(stackFile(home), { owner: null, ports, bucket });
    };
    const starting = await Promise.allSettled([
      supervisor.add(temporalService(tools, ports, join(home, 'temporal'))),
      supervisor.add(s3Service(tools, ports, secrets, join(home, 's3'), bucket)),
    ]);
    const failed = starting.find((outcome) => outcome.status === 'rejected');
    if (!failed) return { ports, secrets, bucket, supervisor, stop };
    await stop();
    throw failed.reason;
  };
  const ports = await choosePorts(wanted, last?.ports ?? null);
  try {
    return await startOn(ports);
  } catch (error) {
    // Between choosing a port and listening on it another program may have taken it.
    logger.warn({ reason: error instanceof Error ? error.message : error }, 'starting once more, on other ports');
    return startOn(await choosePorts(wanted, null));
  }
}

/** The stack that runs on this folder, null if none does. */
export async function findStack(home: string): Promise<StackAddresses | null> {
  const file = await readStackFile(home);
  if (!file || !(await isInUse(home, file))) return null;
  return { ports: file.ports, bucket: file.bucket, secrets: await readOrMakeSecrets(home) };
}

/** The environment in which workers and commands find the stack. */
export const stackEnvironment = ({ ports, secrets, bucket }: StackAddresses): Record<string, string> => ({
  ...s3Credentials(secrets),
  TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
  DERMFLOW_S3_ENDPOINT: `http://127.0.0.1:${ports.s3[0]}`,
  DERMFLOW_S3_BUCKET: bucket,
});

/** Temporal's web page of a run. */
export const runPage = ({ ports }: StackAddresses, run: string): string =>
  `http://127.0.0.1:${ports.ui}/namespaces/default/workflows/${encodeURIComponent(run)}`;
