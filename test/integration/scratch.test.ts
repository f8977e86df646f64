/** One scratch folder of several hosts and containers, with real processes. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { createLeaseWatch } from '../../activities/lease.ts';
import { sweepScratch } from '../../activities/scratch.ts';
import { findUnshare, inContainer, onHost } from '../support/as-another.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { familyOf, killAll } from '../support/process-table.ts';

const unshare = findUnshare();
const holder = join(import.meta.dirname, '../support/hold-scratch.ts');
const hold = (scratch: string) => [process.execPath, holder, scratch] as const;
const sweeperProgram = join(import.meta.dirname, '../support/sweep-scratch.ts');
/** Sweeps for four seconds. */
const sweeper = (scratch: string) => [process.execPath, sweeperProgram, scratch] as const;
/** Renewed ten times per second. */
const times = { renewEveryMs: 100, expireAfterMs: 1_500, watchMs: 1_000 };

interface Held {
  place: string;
  /** With -9, everything of it. */
  kill(): Promise<void>;
}

async function start([program, ...args]: readonly [string, ...string[]]): Promise<Held> {
  const child = execa(program, args, { reject: false, stderr: 'inherit' });
  const kill = async (): Promise<void> => {
    killAll(await familyOf(child.pid ?? 0));
    child.kill('SIGKILL');
    await child;
  };
  const [said]: unknown[] = await once(child.stdout, 'data');
  return { place: String(said).trim(), kill };
}

const sweep = (scratch: string, leases = createLeaseWatch(times)): Promise<void> =>
  sweepScratch(scratch, async () => true, leases);

async function sweepUntilGone(place: string, scratch: string): Promise<void> {
  const leases = createLeaseWatch(times);
  for (let tries = 0; tries < 100 && existsSync(place); tries += 1) {
    await sweep(scratch, leases);
    await sleep(100);
  }
  expect(existsSync(place)).toBe(false);
}

type Command = readonly [string, ...string[]];

async function expectKept(place: string, [program, ...args]: Command): Promise<void> {
  await execa(program, args);
  expect(await readFile(join(place, 'work/optimizer.pt'), 'utf8')).toBe('state');
}

describe('a scratch folder of another process', () => {
  it('on this machine: kept while it lives, removed by the first sweep after its kill -9', async () => {
    const scratch = await temporaryFolder();
    const other = await start(hold(scratch));
    await sweep(scratch);
    expect(await readdir(other.place)).toContain('work');
    await other.kill();
    await sweep(scratch);
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe.skipIf(unshare === null)('a scratch folder of another (needs root for unshare)', () => {
  it('container: kept while it lives, also from one whose process numbers are the same; removed in the end', async () => {
    const scratch = await temporaryFolder();
    const [one, two] = await Promise.all([start(inContainer(hold(scratch))), start(inContainer(hold(scratch)))]);
    await expectKept(one.place, sweeper(scratch));
    await expectKept(one.place, inContainer(sweeper(scratch)));
    await one.kill();
    await sweepUntilGone(one.place, scratch);
    expect(await readFile(join(two.place, 'work/optimizer.pt'), 'utf8')).toBe('state');
    // A container that was started again: number 1 once more.
    const again = await start(inContainer(hold(scratch)));
    await two.kill();
    await sweepUntilGone(two.place, scratch);
    expect(await readdir(again.place)).toContain('work');
    await again.kill();
  });

  it('host, with another boot: kept while it lives, removed in the end', async () => {
    const [scratch, place] = [await temporaryFolder(), await temporaryFolder()];
    await writeFile(join(place, 'boot'), '11111111-2222-4333-8444-555555555555\n');
    const other = await start(onHost('gpu-2', join(place, 'boot'), hold(scratch)));
    await expectKept(other.place, sweeper(scratch));
    await other.kill();
    await sweep(scratch);
    expect(existsSync(other.place)).toBe(true);
    await sweepUntilGone(other.place, scratch);
  });
});
