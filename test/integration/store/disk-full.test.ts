import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sweepScratch, withScratchFolder } from '../../../activities/scratch.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';
import { mountTinyDisk } from '../../support/tiny-disk.ts';

const disk = mountTinyDisk(2);
afterAll(() => disk?.remove());

describe.skipIf(disk === null)('a scratch folder on a full disk', () => {
  const scratch = disk?.path ?? '';
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
    await sweepScratch(scratch, async () => true);
    expect(readdirSync(scratch)).toEqual([]);
  });
});
