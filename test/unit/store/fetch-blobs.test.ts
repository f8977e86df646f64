import { expect, it } from 'vitest';
import { fetchBlobs, transfersInFlight } from '../../../activities/store/commit.ts';
import type { BlobRef } from '../../../domain/artifact.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const blob: BlobRef = { sha256: 'a'.repeat(64), bytes: 1 };

it('takes no more blobs ahead than are on their way, and ends with the last of them where one fails', async () => {
  const taken: number[] = [];
  const wanted = function* () {
    for (let i = 0; i < 100; i += 1) {
      taken.push(i);
      yield [blob, `/file-${i}`] as const;
    }
  };
  let underway = 0;
  const getFile = async (_: BlobRef, path: string): Promise<void> => {
    underway += 1;
    await new Promise((resolve) => setTimeout(resolve, path === '/file-3' ? 1 : 20));
    underway -= 1;
    if (path === '/file-3') throw new Error('away');
  };
  await expect(fetchBlobs({ ...createMemoryStore(), getFile }, wanted())).rejects.toThrow('away');
  expect(taken.length).toBeLessThanOrEqual(transfersInFlight + 1);
  expect(underway).toBe(0);
});
