/** Keeps processes running: starts them, starts them again when they die, ends them in reverse order. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Logger } from 'pino';
import { unavailable } from '../../domain/failures.ts';
import { lifelineVariable } from '../../platform/lifeline.ts';
import { unsetSecrets } from '../../platform/variables/secrets.ts';

const endsWithParent = fileURLToPath(new URL('./end-with-parent.mjs', import.meta.url));

export interface Service {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string | undefined>;
  /** A program of others, which does not watch its stdin: end-with-parent.mjs runs it and ends it with its parent. */
  foreign?: boolean;
  /** Added to this process's niceness (0 to 19): the scheduler prefers what does not say so, where both want the processor. */
  niceness?: number;
  /** Resolves when the service answers; rejects or stays pending until then. Asked again and again. */
  ready?: () => Promise<void>;
  /** From SIGTERM to SIGKILL, in milliseconds. */
  graceMs: number;
}

export interface Supervisor {
  /** Starts a service and waits until it is ready. From then on it is started again whenever it ends. */
  add(service: Service): Promise<void>;
  /** Process ids by service name, as of now. */
  pids(): Record<string, number>;
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;
const askEveryMs = 50;
const longestPauseMs = 10_000;

/** @param logs folder for the services' output, one file each */
export function createSupervisor(logs: string, logger: Logger): Supervisor {
  const running = new Map<string, Child>();
  const logFiles: WriteStream[] = [];
  let stopping = false;

  const start = (service: Service, log: WriteStream): Child => {
    const child = spawnService(service, log);
    running.set(service.name, child);
    return child;
  };

  const keepRunning = async (service: Service, log: WriteStream, first: Child): Promise<void> => {
    let child = first;
    let pauseMs = 100;
    for (;;) {
      const startedAt = Date.now();
      const { exitCode, signal } = await child;
      if (stopping) return;
      pauseMs = Date.now() - startedAt > 30_000 ? 100 : Math.min(2 * pauseMs, longestPauseMs);
      logger.warn({ service: service.name, exitCode, signal }, 'service ended, starting it again');
      await sleep(pauseMs);
      if (stopping) return;
      child = start(service, log);
    }
  };

  return {
    async add(service) {
      await mkdir(logs, { recursive: true });
      const file = join(logs, `${service.name}.log`);
      const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
      await once(log, 'open');
      logFiles.push(log);
      const child = start(service, log);
      await untilReady(service, child, file);
      void keepRunning(service, log, child);
    },
    pids: () => Object.fromEntries([...running].map(([name, child]) => [name, child.pid ?? 0])),
    async stop() {
      stopping = true;
      for (const child of [...running.values()].toReversed()) {
        child.kill('SIGTERM');
        await child;
      }
      running.clear();
      for (const log of logFiles.splice(0)) log.close();
    },
  };
}

type Child = ReturnType<typeof spawnService>;

/** After SIGTERM, execa itself sends SIGKILL when the grace time is over. */
function spawnService({ command, args, foreign, env, niceness = 0, graceMs }: Service, log: WriteStream) {
  const [program, given] = foreign ? [process.execPath, [endsWithParent, command, ...args]] : [command, args];
  const child = execa(program, given, {
    env: { ...(foreign ? unsetSecrets : {}), ...env, [lifelineVariable]: '1' },
    stdin: 'pipe',
    stdout: log,
    stderr: log,
    reject: false,
    forceKillAfterDelay: graceMs,
  });
  // What the child starts inherits it; undefined where the program could not be started, which the wait for it reports.
  if (child.pid !== undefined && niceness > 0) setPriority(child.pid, Math.min(19, getPriority() + niceness));
  return child;
}

async function untilReady(service: Service, child: Child, log: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  const end: { words: string | null } = { words: null };
  void child.then(({ exitCode, signal, shortMessage }) => {
    end.words = `${exitCode ?? signal ?? shortMessage}`;
  });
  for (;;) {
    if (end.words !== null) throw unavailable(`${service.name} ended with ${end.words}; see ${log}`);
    try {
      await service.ready?.();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        child.kill('SIGKILL');
        throw unavailable(`${service.name} did not answer within ${readyWithinMs / 1000} s; see ${log}`, error);
      }
    }
    await sleep(askEveryMs);
  }
}
