/** Keeps processes running: starts them, starts them again when they die, ends them in reverse order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { unavailable } from '../../domain/failures.ts';
import { lifelineVariable } from '../lifeline.ts';

const keeper = fileURLToPath(new URL('./keeper.mjs', import.meta.url));

export interface Service {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** A program of others, which does not watch its stdin: it runs below a keeper. */
  foreign?: boolean;
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
  const running = new Map<string, { service: Service; child: ChildProcess }>();
  let stopping = false;

  const start = (service: Service, log: WriteStream): ChildProcess => {
    const [program, args] = service.foreign
      ? [process.execPath, [keeper, service.command, ...service.args]]
      : [service.command, service.args];
    const child = spawn(program, args, {
      env: { ...process.env, ...service.env, [lifelineVariable]: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    running.set(service.name, { service, child });
    return child;
  };

  const keepRunning = async (service: Service, log: WriteStream, first: ChildProcess): Promise<void> => {
    let child = first;
    let pauseMs = 100;
    for (;;) {
      const startedAt = Date.now();
      await ended(child);
      if (stopping) return;
      pauseMs = Date.now() - startedAt > 30_000 ? 100 : Math.min(2 * pauseMs, longestPauseMs);
      logger.warn(
        { service: service.name, exitCode: child.exitCode, signal: child.signalCode },
        'service ended, starting it again',
      );
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
      const child = start(service, log);
      await untilReady(service, child, file);
      void keepRunning(service, log, child);
    },
    pids: () => Object.fromEntries([...running].map(([name, { child }]) => [name, child.pid ?? 0])),
    async stop() {
      stopping = true;
      for (const { service, child } of [...running.values()].toReversed()) await end(child, service.graceMs);
      running.clear();
    },
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('exit', () => resolve()).once('error', () => resolve());
  });

async function untilReady(service: Service, child: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    if (hasEnded(child))
      throw unavailable(`${service.name} ended with ${child.exitCode ?? child.signalCode}; see ${log}`);
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

async function end(child: ChildProcess, graceMs: number): Promise<void> {
  if (hasEnded(child)) return;
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended(child);
  clearTimeout(kill);
}
