/**
 * Whether a local stack runs on a folder. A process of this machine can be seen; one of another container or of an
 * earlier boot is judged by `stack.json`, which its owner rewrites while it lives.
 */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { keepRenewing } from '../../activities/lease.ts';
import { stateOf } from '../../activities/owner.ts';
import { unavailable } from '../../domain/failures.ts';
import { type StackFile, stackFile } from './settings.ts';

const renewEveryMs = 2_000;
/** Ten renewals; a start after a reboot waits as long. */
const watchMs = 20_000;

/** Keeps `stack.json` new while this process lives; returns what stops it. */
export const keepOccupied = (home: string): (() => Promise<void>) => keepRenewing(stackFile(home), renewEveryMs);

/** Throws `Unavailable` where a stack runs on the folder; ends no process. */
export async function requireFree(
  home: string,
  last: StackFile | null,
  logger: Logger,
  watchingMs = watchMs,
): Promise<void> {
  if (!last?.owner) return;
  const { pid, host } = last.owner;
  const state = stateOf(last.owner);
  if (state === 'gone') return;
  if (state === 'alive') {
    throw unavailable(`local services already run on ${home} (process ${pid}); use them, or stop that process first`);
  }
  logger.warn(
    `${home} was last used before a reboot or in another container; looking for ${watchingMs / 1000} s if it still is`,
  );
  if (!(await isRenewed(home, watchingMs))) return;
  throw unavailable(
    `local services already run on ${home} (process ${pid} in another container or on another host, ${host}); stop them there, or set DERMFLOW_HOME to another folder`,
  );
}

async function isRenewed(home: string, watchingMs: number): Promise<boolean> {
  const timeOf = async (): Promise<number> => (await stat(stackFile(home))).mtimeMs;
  const before = await timeOf();
  for (const end = performance.now() + watchingMs; performance.now() < end; await sleep(200)) {
    if ((await timeOf()) !== before) return true;
  }
  return false;
}

/** Whether the stack can be used from here, for commands that must not wait. */
export async function isInUse(home: string, { owner }: StackFile): Promise<boolean> {
  if (owner === null) return false;
  const state = stateOf(owner);
  if (state !== 'elsewhere') return state === 'alive';
  const { mtimeMs } = await stat(stackFile(home));
  return Math.abs(Date.now() - mtimeMs) < watchMs;
}
