/** The scratch folder on a disk of 2 MB: a tmpfs, which only root can mount. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sweepScratch, withScratchFolder } from '../../../activities/scratch.ts';
import { createMemoryStore } from '../../../activities/store/memory.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';

function mountTinyDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'dermflow-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmdirSync(folder);
    console.warn('skipped: a full disk (mounting a tmpfs needs root; run the tests as root to include it)');
    return null;
  }
}

const disk = mountTinyDisk();
afterAll(() => {
  if (disk === null) return;
  execFileSync('umount', [disk]);
  rmdirSync(disk);
});

describe.skipIf(disk === null)('a scratch folder on a full disk', () => {
  const scratch = disk ?? '';
  const tooMuch = new Uint8Array(4 * 2 ** 20);
  const failure = {
    type: failureTypes.unavailable,
    message: expect.stringMatching(/^scratch folder .*: the disk is full; free space or set DERMFLOW_SCRATCH/),
  };

  it('is Unavailable, and what was written is removed', async () => {
    const work = (folder: string): Promise<void> => writeFile(join(folder, 'big'), tooMuch);
    await expect(withScratchFolder(scratch, 'sft', work)).rejects.toMatchObject(failure);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it.each(['memory', 'SeaweedFS'])('is Unavailable where a checkpoint is fetched from %s', async (place) => {
    const server: S3Server | null = place === 'memory' ? null : await startS3Server();
    try {
      const store = server?.newStore() ?? createMemoryStore();
      const ref = await store.putBlob(tooMuch);
      const work = (folder: string): Promise<void> => store.getFile(ref, join(folder, 'optimizer.pt'));
      await expect(withScratchFolder(scratch, 'grpo', work)).rejects.toMatchObject(failure);
      expect(readdirSync(scratch)).toEqual([]);
    } finally {
      await server?.remove();
    }
  });

  it('is usable again when there is space', async () => {
    await withScratchFolder(scratch, 'sft', (folder) => writeFile(join(folder, 'small'), 'x'));
    await sweepScratch(scratch);
    expect(readdirSync(scratch)).toEqual([]);
  });
});
