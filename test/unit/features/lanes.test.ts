import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lanesOf } from '../../../domain/features/lanes.ts';

const megabyte = 2 ** 20;

describe('the threads of an encoder', () => {
  it.each([
    ['a small graph has a copy for each thread', { threads: 2, bytes: 2 * megabyte, side: 112 }, [1, 1], 4],
    ['of a ViT-S too', { threads: 4, bytes: 88 * megabyte, side: 224 }, [1, 1, 1, 1], 1],
    ['of a ViT-B there is one copy for all', { threads: 4, bytes: 344 * megabyte, side: 224 }, [4], 4],
    ['of a ViT-L as well', { threads: 2, bytes: 1214 * megabyte, side: 224 }, [2], 2],
    ['threads that copies do not divide', { threads: 8, bytes: 170 * megabyte, side: 448 }, [3, 3, 2], 3],
    ['one thread', { threads: 1, bytes: megabyte, side: 224 }, [1], 1],
  ])('%s', (_, given, threads, pictures) => {
    expect(lanesOf(given)).toEqual({ threads, pictures });
  });

  it('are all at work, and there are no others, whatever the graph', () => {
    const whole = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(whole(256), whole(2 ** 40), whole(4096), (threads, bytes, side) => {
        const lanes = lanesOf({ threads, bytes, side });
        expect(lanes.threads.reduce((sum, own) => sum + own, 0)).toBe(threads);
        expect(Math.min(...lanes.threads, lanes.pictures)).toBeGreaterThanOrEqual(1);
        if (lanes.threads.length > 1) expect(lanes.threads.length * bytes).toBeLessThanOrEqual(512 * megabyte);
      }),
    );
  });
});
