import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLeaseWatch, keepRenewing, type Lease, timeIn } from '../../activities/lease.ts';
import { thisProcess } from '../../activities/owner.ts';
import { leaveBehind, ownerFile, sweepScratch, withScratchFolder } from '../../activities/scratch.ts';
import { failureTypes } from '../../domain/failures.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { deadOwner, scratchFolderOf } from '../support/scratch.ts';

const everything = async (): Promise<boolean> => true;

describe('withScratchFolder', () => {
  it('gives an empty folder and removes it with its contents', async () => {
    const scratch = join(await temporaryFolder(), 'not/yet');
    const seen = await withScratchFolder(scratch, 'sft', async (folder) => {
      const before = await readdir(folder);
      await writeFile(join(folder, 'x'), '');
      return before;
    });
    expect(seen).toEqual([]);
    expect(await readdir(scratch)).toEqual([]);
  });

  it.each(['', '/below'])('says what is wrong with a path that leads to a file: FILE%s', async (below) => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(withScratchFolder(`${file}${below}`, 'sft', everything)).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: `scratch folder ${file}${below}: is not a folder, or a part of its path is not; set DERMFLOW_SCRATCH to another one`,
    });
  });

  it('removes it when the work fails, and passes the failure on', async () => {
    const scratch = await temporaryFolder();
    const failure = new RangeError('work');
    const work = (): Promise<never> => Promise.reject(failure);
    await expect(withScratchFolder(scratch, 'sft', work)).rejects.toBe(failure);
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe('sweepScratch, on this machine', () => {
  it('removes what dead processes left at once, and nothing else', async () => {
    const scratch = await temporaryFolder();
    const dead = await scratchFolderOf(scratch, 'sft-abc123');
    const users = ['notes', 'isic-2019-images', `sft-${process.ppid}-abc123`];
    for (const name of users) await mkdir(join(scratch, name, 'deep'), { recursive: true });
    const rescued: string[] = [];
    await withScratchFolder(scratch, 'own', async (own) => {
      await sweepScratch(scratch, async (folder) => rescued.push(folder) > 0);
      expect((await readdir(scratch)).toSorted()).toEqual([...users, basename(dirname(own))].toSorted());
    });
    expect(rescued).toEqual([dead]);
  });

  it('leaves a folder whose contents could not be rescued', async () => {
    const scratch = await temporaryFolder();
    const dead = await scratchFolderOf(scratch, 'sft-abc123');
    await sweepScratch(scratch, async () => false);
    expect(existsSync(dead)).toBe(true);
  });

  it('takes up what this process left behind, and not what it works in, by whatever path it is asked', async () => {
    const scratch = await temporaryFolder();
    const other = `${scratch}-also`;
    await symlink(scratch, other);
    try {
      await withScratchFolder(scratch, 'sft', async (folder) => leaveBehind(folder));
      expect(await readdir(scratch)).toHaveLength(1);
      await withScratchFolder(scratch, 'grpo', async (folder) => {
        await sweepScratch(other, everything);
        expect(await readdir(scratch)).toEqual([basename(dirname(folder))]);
      });
    } finally {
      await rm(other);
    }
  });

  it('takes up a removal that was cut off', async () => {
    const scratch = await temporaryFolder();
    const dead = await scratchFolderOf(scratch, 'sft-abc123');
    await rm(join(dead, 'work'), { recursive: true });
    await sweepScratch(scratch, everything);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('needs no folder', () => expect(sweepScratch('/does/not/exist', everything)).resolves.toBeUndefined());
});

describe('sweepScratch, of owners that cannot be seen from here', () => {
  const minuteMs = 60_000;

  /**
   * A worker that sweeps every minute, for hours that pass at once. Before each sweep `between` gets what the clock of
   * the folder's file server says, in milliseconds.
   */
  async function sweepFor(minutes: number, scratch: string, between: (fileServerTime: number) => unknown = () => {}) {
    const watch = createLeaseWatch();
    const began = Date.now();
    for (let elapsed = 0; elapsed <= minutes * minuteMs; elapsed += minuteMs) {
      const leases = { ...watch, isGivenUp: (lease: Lease) => watch.isGivenUp(lease, began + elapsed, elapsed) };
      await between(began + elapsed);
      await sweepScratch(scratch, everything, leases);
    }
  }
  const renewAt = (place: string, ms: number): Promise<void> => utimes(join(place, ownerFile), ms / 1000, ms / 1000);

  it.each([
    ['another host', { host: 'gpu-2' }],
    ['another boot', { boot: '00000000-0000-4000-8000-000000000000' }],
    ['another container', { pidNamespace: 'pid:[1]' }],
    ['a system that does not tell its boot', { boot: null }],
    ['another host whose process number runs here', { host: 'gpu-2', pid: process.pid, start: thisProcess().start }],
  ])('%s: kept while the lease is renewed, removed when it was given up', async (_, changes) => {
    const scratch = await temporaryFolder();
    const place = await scratchFolderOf(scratch, 'sft-abc123', deadOwner(changes));
    await sweepFor(300, scratch, (now) => renewAt(place, now));
    expect(existsSync(place)).toBe(true);
    await renewAt(place, Date.now());
    await sweepFor(9, scratch);
    expect(existsSync(place)).toBe(true);
    await sweepFor(20, scratch);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('never removes one at the first look, however old', async () => {
    const scratch = await temporaryFolder();
    const place = await scratchFolderOf(scratch, 'sft-abc123', deadOwner({ host: 'gpu-2' }));
    await renewAt(place, 1);
    await sweepScratch(scratch, everything, createLeaseWatch({ renewEveryMs: 0, expireAfterMs: 0, watchMs: 0 }));
    expect(existsSync(place)).toBe(true);
  });

  it.each([
    ['in 1970', -Date.now()],
    ['eleven minutes behind', -11 * minuteMs],
    ['half a day ahead', 720 * minuteMs],
  ])('keeps what is renewed by a machine whose clock is %s, while it is', async (_, wrongBy) => {
    const scratch = await temporaryFolder();
    const place = await scratchFolderOf(scratch, 'sft-abc123', deadOwner({ host: 'gpu-2' }));
    await sweepFor(60, scratch, (now) => renewAt(place, now + wrongBy));
    expect(existsSync(place)).toBe(true);
    await sweepFor(20, scratch);
    expect(existsSync(place)).toBe(false);
  });

  it('keeps what is renewed while a clock is set back and forth by hours', async () => {
    const scratch = await temporaryFolder();
    const place = await scratchFolderOf(scratch, 'sft-abc123', deadOwner({ host: 'gpu-2' }));
    await sweepFor(60, scratch, (now) =>
      renewAt(place, now + (Math.floor(now / minuteMs) % 2 ? 180 : -180) * minuteMs),
    );
    expect(existsSync(place)).toBe(true);
  });

  it('judges a record that a full disk left empty by its time', async () => {
    const scratch = await temporaryFolder();
    const place = await scratchFolderOf(scratch, 'sft-abc123');
    await truncate(join(place, ownerFile));
    await sweepScratch(scratch, everything);
    expect(existsSync(place)).toBe(true);
    await sweepFor(20, scratch);
    expect(existsSync(place)).toBe(false);
  });
});

describe('timeIn', () => {
  it('is the clock that stamps files there, and leaves nothing', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'before'), '');
    const now = (await timeIn(folder)) ?? 0;
    await writeFile(join(folder, 'after'), '');
    expect(now).toBeGreaterThanOrEqual((await stat(join(folder, 'before'))).mtimeMs);
    expect(now).toBeLessThanOrEqual((await stat(join(folder, 'after'))).mtimeMs);
    expect((await readdir(folder)).toSorted()).toEqual(['after', 'before']);
  });

  it('is not known where nothing can be written', async () => expect(await timeIn('/does/not/exist')).toBeNull());
});

describe('keepRenewing', () => {
  it('changes a file’s time and not its bytes, until it is stopped', async () => {
    const file = join(await temporaryFolder(), 'lease');
    await writeFile(file, 'mine');
    await utimes(file, 1, 1);
    const stop = keepRenewing(file, 10);
    while ((await stat(file)).mtimeMs === 1_000) await sleep(5);
    await stop();
    await utimes(file, 1, 1);
    await sleep(50);
    expect([(await stat(file)).mtimeMs, await readFile(file, 'utf8')]).toEqual([1_000, 'mine']);
  });
});
