/**
 * A lease: a file that its owner rewrites while it lives. Others judge by it an owner that they cannot see (owner.ts):
 * one on another host, in another container, before a reboot.
 */
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

interface LeaseTimes {
  /** Between two renewals, in milliseconds. */
  renewEveryMs: number;
  /** Age above which a lease counts as given up, in milliseconds. */
  expireAfterMs: number;
  /** How long one process must also have seen it unchanged, in milliseconds. */
  watchMs: number;
}

/** Sixty renewals must be missed, twelve of them while the judging process watches. */
export const leaseTimes: LeaseTimes = { renewEveryMs: 10_000, expireAfterMs: 600_000, watchMs: 120_000 };

/**
 * Rewrites a file's own bytes every `everyMs`, so that its time changes; nothing more is written, since a full disk must
 * not end a lease. Returns what stops it.
 */
export function keepRenewing(file: string, everyMs: number): () => Promise<void> {
  let renewing: Promise<void> | null = null;
  const timer = setInterval(() => {
    // A file that is gone or a disk that cannot be reached makes the work itself fail.
    renewing ??= renew(file)
      .catch(() => {})
      .finally(() => {
        renewing = null;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await renewing;
  };
}

async function renew(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const bytes = await handle.readFile();
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/**
 * The time in a folder, in milliseconds, by the clock that stamps its files: a file server's, which need not be this
 * machine's. Null where nothing can be written.
 */
export async function timeIn(folder: string): Promise<number | null> {
  const file = join(folder, `.time-${randomUUID()}`);
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.write('.');
      await handle.datasync();
      return (await handle.stat()).mtimeMs;
    } finally {
      await handle.close();
      await rm(file, { force: true });
    }
  } catch {
    return null;
  }
}

export interface Lease {
  /** Its path, or whatever else is its own. */
  name: string;
  /** When it was last renewed, by the clock of its folder, in milliseconds. */
  renewedAt: number;
}

export interface LeaseWatch {
  readonly times: LeaseTimes;
  /**
   * Whether a lease was given up: older than `expireAfterMs` by the clock of its folder, and not renewed while this
   * process watched for `watchMs` by a clock of its own that nobody sets. So the first look never ends one, and a
   * machine whose clock is wrong keeps what it renews.
   *
   * @param folderTime now, by the clock of its folder
   * @param elapsedMs now, by this process's steady clock
   */
  isGivenUp(lease: Lease, folderTime: number, elapsedMs?: number): boolean;
}

export function createLeaseWatch(times: LeaseTimes = leaseTimes): LeaseWatch {
  const watched = new Map<string, { renewedAt: number; since: number }>();
  return {
    times,
    isGivenUp({ name, renewedAt }, folderTime, elapsedMs = performance.now()) {
      const before = watched.get(name);
      if (before?.renewedAt !== renewedAt) {
        watched.set(name, { renewedAt, since: elapsedMs });
        return false;
      }
      // Either sign: a clock may have been set back.
      const isOld = Math.abs(folderTime - renewedAt) > times.expireAfterMs;
      return isOld && elapsedMs - before.since >= times.watchMs;
    },
  };
}
