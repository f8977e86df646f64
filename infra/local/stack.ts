/** The embedded default: Temporal and S3 on this machine, data kept below one folder. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Owner, stateOf, thisProcess } from '../../activities/owner.ts';
import { unavailable } from '../../domain/failures.ts';
import type { Environment } from '../../platform/env.ts';
import { findTools } from '../../platform/tools.ts';
import { fileSystemOf } from '../setup/file-systems.mjs';
import { storeProblem } from '../setup/requirements.mjs';
import { alone } from './claim.ts';
import { isInUse, keepOccupied, requireFree } from './occupied.ts';
import { s3Credentials, s3Service, temporalService } from './services.ts';
import {
  choosePorts,
  type Ports,
  readOrMakeSecrets,
  readStackFile,
  type Secrets,
  type StackFile,
  stackFile,
  type WantedPorts,
  writeWhole,
} from './settings.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

/** The addresses of a stack, whichever process started it. */
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

interface StackOptions {
  home: string;
  logger: Logger;
  wanted?: WantedPorts;
  /** Defaults to that of the last time. */
  bucket?: string;
  /** For one question: others wait until it is gone. */
  momentary?: boolean;
}

/** How long to wait for a momentary stack to end, or for a server to start. */
const patienceMs = 90_000;
const askEveryMs = 50;

/**
 * Starts both servers, with the data and, where free, the ports of the last time. They are started again when they die.
 * Throws `Unavailable` when a stack runs on this folder already, its disk or its path will not do, a port is taken or a
 * server does not come up.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const started = await startStackIfNone(options);
  if ('supervisor' in started) return started;
  throw unavailable(
    `local services already run on ${options.home} (process ${started.owner?.pid}); use them, or stop that process first`,
  );
}

/** The same, but returns the file of a lasting stack that runs on this folder. Waits for the end of one for a question. */
export async function startStackIfNone(options: StackOptions): Promise<Stack | StackFile> {
  const { home, logger, wanted = {} } = options;
  const problem = storeProblem({ path: home, fileSystem: fileSystemOf(home) });
  if (problem !== null) throw unavailable(problem);
  const tools = findTools(home);
  const secrets = await readOrMakeSecrets(home);
  const claimed = await claim(options);
  if ('lasting' in claimed) return claimed.lasting;
  const { file } = claimed;
  const stopRenewing = keepOccupied(home);
  const release = async (ports: Ports): Promise<void> => {
    await stopRenewing();
    await writeWhole(stackFile(home), { owner: null, ports, bucket: file.bucket });
  };
  const startOn = async (ports: Ports): Promise<Stack> => {
    const { bucket } = file;
    await writeWhole(stackFile(home), { ...file, ports });
    const supervisor = createSupervisor(join(home, 'logs'), logger);
    const starting = await Promise.allSettled([
      supervisor.add(temporalService(tools, ports, join(home, 'temporal'))),
      supervisor.add(s3Service(tools, ports, secrets, join(home, 's3'), bucket)),
    ]);
    const failed = starting.find((outcome) => outcome.status === 'rejected');
    if (failed) {
      await supervisor.stop();
      throw failed.reason;
    }
    await writeWhole(stackFile(home), { ...file, ports, ready: true });
    const stop = async (): Promise<void> => {
      await supervisor.stop();
      await release(ports);
    };
    return { ports, secrets, bucket, supervisor, stop };
  };
  try {
    return await startOn(file.ports);
  } catch (error) {
    // Between choosing a port and listening on it another program may have taken it.
    logger.warn({ reason: error instanceof Error ? error.message : error }, 'starting once more, on other ports');
    const ports = await choosePorts(wanted, null);
    return await startOn(ports).catch(async (again: unknown) => {
      await release(ports);
      throw again;
    });
  }
}

type Claim = { file: StackFile } | { lasting: StackFile };

/** Writes this process into `stack.json`, unless a lasting stack's stands there; waits for a momentary one to go. */
async function claim({ home, logger, wanted = {}, momentary = false, ...options }: StackOptions): Promise<Claim> {
  const deadline = Date.now() + patienceMs;
  /** An owner that cannot be seen from here and was found to have given up. */
  let given: Owner | null = null;
  for (;;) {
    const claimed = await alone(home, async (): Promise<Claim | { unseen: StackFile } | null> => {
      const last = await readStackFile(home);
      if (last?.owner && last.owner.id !== given?.id) {
        const state = stateOf(last.owner);
        if (state === 'elsewhere') return { unseen: last };
        if (state === 'alive') return last.momentary && Date.now() < deadline ? null : { lasting: last };
      }
      const ports = await choosePorts(wanted, last?.ports ?? null);
      const bucket = options.bucket ?? last?.bucket ?? firstBucket;
      const file = { owner: thisProcess(), ports, bucket, ready: false, momentary };
      await writeWhole(stackFile(home), file);
      return { file };
    });
    if (claimed && !('unseen' in claimed)) return claimed;
    if (claimed) {
      await requireFree(home, claimed.unseen, logger);
      given = claimed.unseen.owner;
    } else await sleep(askEveryMs);
  }
}

/** The stack that runs on this folder for longer than a question, once it answers; null if none does. */
export async function findStack(home: string): Promise<StackAddresses | null> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const file = await readStackFile(home);
    if (!file || file.momentary || !(await isInUse(home, file))) return null;
    if (file.ready || Date.now() > deadline) {
      return { ports: file.ports, bucket: file.bucket, secrets: await readOrMakeSecrets(home) };
    }
    await sleep(askEveryMs);
  }
}

/** The variables by which a process finds the stack. */
export const stackEnvironment = ({ ports, secrets, bucket }: StackAddresses): Record<string, string> => ({
  ...s3Credentials(secrets),
  TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
  DERMFLOW_S3_ENDPOINT: `http://127.0.0.1:${ports.s3[0]}`,
  DERMFLOW_S3_BUCKET: bucket,
});

/** The environment of this process with the stack's addresses instead of its own. */
export const atStack = (environment: Environment, { ports, secrets, bucket }: StackAddresses): Environment => ({
  ...environment,
  temporal: { address: `127.0.0.1:${ports.temporal}`, local: true },
  s3: {
    ...environment.s3,
    endpoint: `http://127.0.0.1:${ports.s3[0]}`,
    bucket,
    credentials: { accessKeyId: secrets.accessKeyId, secretAccessKey: secrets.secretAccessKey },
  },
});

/** Temporal's web page of a run. */
export const runPage = ({ ports }: StackAddresses, run: string): string =>
  `http://127.0.0.1:${ports.ui}/namespaces/default/workflows/${encodeURIComponent(run)}`;
