/** One process at a time decides who runs the stack of a folder. */
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const askEveryMs = 20;
/** The decision takes milliseconds; whoever holds it for longer than this was killed meanwhile. */
const staleMs = 10_000;

/** Does `work` while no other process does the same on this folder. */
export async function alone<T>(home: string, work: () => Promise<T>): Promise<T> {
  const lock = join(home, 'stack.lock');
  await mkdir(home, { recursive: true });
  while (!(await take(lock))) await sleep(askEveryMs);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const held = await stat(lock).catch(() => null);
    if (held && Date.now() - held.mtimeMs > staleMs) await rm(lock, { force: true });
    return false;
  }
}
