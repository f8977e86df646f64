import { describe, expect, it } from 'vitest';
import { createUploader } from '../../../activities/training/uploader.ts';
import { unavailable } from '../../../domain/failures.ts';

interface Checkpoint {
  step: number;
}

/** A place whose uploads end as the test says, and a list of what happened. */
function createPlace({ giveUp = new AbortController().signal } = {}) {
  const happened: string[] = [];
  const open: { checkpoint: Checkpoint; settle: (error?: Error) => void }[] = [];
  const uploader = createUploader<Checkpoint, string>({
    upload: (checkpoint) =>
      new Promise((done, failed) => {
        happened.push(`upload ${checkpoint.step}`);
        open.push({ checkpoint, settle: (error) => (error ? failed(error) : done(`ref ${checkpoint.step}`)) });
      }),
    discard: async ({ step }) => void happened.push(`discard ${step}`),
    onWait: ({ step }, error) => happened.push(`away ${step}: ${error.message}`),
    onRefused: ({ step }, error) => happened.push(`refused ${step}: ${String(error)}`),
    giveUp,
    firstPauseMs: 1,
  });
  /** Ends the oldest upload under way, and waits for what follows. */
  const settle = async (error?: Error): Promise<void> => {
    while (open.length === 0) await new Promise(setImmediate);
    open.shift()?.settle(error);
    await new Promise(setImmediate);
  };
  return { uploader, happened, settle };
}

describe('createUploader', () => {
  it('uploads in order and drops one that waits for a newer one', async () => {
    const { uploader, happened, settle } = createPlace();
    for (const step of [1, 2, 3]) uploader.add({ step });
    expect(uploader.newest).toBeNull();
    await settle();
    expect(uploader.newest).toBe(1);
    await settle();
    expect(await uploader.drain()).toBe('ref 3');
    expect(happened).toEqual(['upload 1', 'discard 2', 'discard 1', 'upload 3', 'discard 3']);
  });

  it('asks a store that is away again', async () => {
    const { uploader, happened, settle } = createPlace();
    uploader.add({ step: 1 });
    await settle(unavailable('gone'));
    await settle(unavailable('gone'));
    await settle();
    expect(await uploader.drain()).toBe('ref 1');
    expect(happened).toEqual(['upload 1', 'away 1: gone', 'upload 1', 'away 1: gone', 'upload 1', 'discard 1']);
  });

  it('takes the newest one when the store is back', async () => {
    const { uploader, happened, settle } = createPlace();
    uploader.add({ step: 1 });
    uploader.add({ step: 2 });
    await settle(unavailable('gone'));
    await settle();
    expect(await uploader.drain()).toBe('ref 2');
    expect(happened).toEqual(['upload 1', 'away 1: gone', 'discard 1', 'upload 2', 'discard 2']);
  });

  it('tries once more and gives up when it is told to', async () => {
    const giveUp = new AbortController();
    const { uploader, happened, settle } = createPlace({ giveUp: giveUp.signal });
    uploader.add({ step: 1 });
    await settle(unavailable('gone'));
    giveUp.abort();
    await settle(unavailable('still gone'));
    await expect(uploader.drain()).rejects.toThrow('still gone');
    const refused = 'refused 1: DermflowError: still gone';
    expect(happened).toEqual(['upload 1', 'away 1: gone', 'upload 1', refused]);
  });

  it('tells any other failure at once, throws it at the end, and leaves what is not stored on the disk', async () => {
    const { uploader, happened, settle } = createPlace();
    uploader.add({ step: 1 });
    await settle();
    uploader.add({ step: 2 });
    await settle(new RangeError('defect'));
    expect(happened.slice(3)).toEqual(['refused 2: RangeError: defect']);
    uploader.add({ step: 3 });
    await expect(uploader.drain()).rejects.toThrow('defect');
    expect(uploader.newest).toBe(1);
    expect(happened.slice(4)).toEqual([]);
  });
});
