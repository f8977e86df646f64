/**
 * Uploads checkpoints while training goes on: in order, one at a time; an older one still waiting is dropped for a newer.
 * A store that is away, or that people must mend, is asked again until it takes the checkpoint or `giveUp` aborts: it
 * stops no healthy trainer. What waiting cannot mend is reported at once, and the checkpoints stay on the disk.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DermflowError, failureTypes } from '../../domain/failures.ts';

interface Uploader<T extends { step: number }, R> {
  /** Takes a checkpoint; the one that waited, if any, is dropped. */
  add(checkpoint: T): void;
  /** Waits for all uploads and returns the newest one's result; throws the first error. */
  drain(): Promise<R | null>;
  /** Step of the newest one that is in the store. */
  readonly newest: number | null;
}

interface UploaderActions<T, R> {
  upload(checkpoint: T): Promise<R>;
  /** Frees the disk of a checkpoint that is in the store or was dropped for a newer one. */
  discard(checkpoint: T): Promise<void>;
  /** The store does not take it yet; asked again after the pause. */
  onWait(checkpoint: T, error: DermflowError, pauseMs: number): void;
  /** No later one will be uploaded either. Called once, before `drain` throws the error. */
  onRefused(checkpoint: T, error: unknown): void;
  giveUp: AbortSignal;
  /** In milliseconds, doubled up to 30 times its value. Default: one second. */
  firstPauseMs?: number;
}

export function createUploader<T extends { step: number }, R>(actions: UploaderActions<T, R>): Uploader<T, R> {
  const { firstPauseMs = 1_000, giveUp } = actions;
  let waiting: T | null = null;
  let running: Promise<void> | null = null;
  let failure: { error: unknown } | null = null;
  let newest: number | null = null;
  let result: R | null = null;

  const take = (): T | null => {
    const checkpoint = waiting;
    waiting = null;
    return checkpoint;
  };

  /** Returns when the checkpoint is in the store, or a newer one waits while the store is away. */
  const send = async (checkpoint: T): Promise<void> => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, 30 * firstPauseMs)) {
      try {
        result = await actions.upload(checkpoint);
        newest = checkpoint.step;
        return;
      } catch (error) {
        if (!isWaitedFor(error) || giveUp.aborted) throw error;
        actions.onWait(checkpoint, error, pauseMs);
        // Woken early to give up: one more attempt shows whether that is needed.
        await sleep(pauseMs, undefined, { signal: giveUp }).catch(() => {});
        if (waiting) return;
      }
    }
  };

  const work = async (): Promise<void> => {
    let checkpoint = take();
    try {
      for (; checkpoint; checkpoint = take()) {
        await send(checkpoint);
        await actions.discard(checkpoint);
      }
    } catch (error) {
      failure = { error };
      if (checkpoint) actions.onRefused(checkpoint, error);
    }
    running = null;
  };

  return {
    add(checkpoint) {
      if (waiting) void actions.discard(waiting);
      waiting = checkpoint;
      if (!failure) running ??= work();
    },
    async drain() {
      await running;
      if (failure) throw failure.error;
      return result;
    },
    get newest() {
      return newest;
    },
  };
}

/** Whether a store that throws this may take the same checkpoint later (store/refusals.ts). */
export const isWaitedFor = (error: unknown): error is DermflowError =>
  error instanceof DermflowError && error.type === failureTypes.unavailable;
