/**
 * Uploads checkpoints while training goes on: in order, one at a time; an older one still waiting is dropped for a newer.
 * A store that is away is asked again until it is back or `giveUp` aborts: it stops no healthy trainer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DermflowError, failureTypes } from '../../domain/failures.ts';

export interface Uploader<T extends { step: number }, R> {
  /** Takes a checkpoint; the one that waited, if any, is dropped. */
  add(checkpoint: T): void;
  /** Waits for all uploads and returns the newest one's result; throws the first error. */
  drain(): Promise<R | null>;
  /** Step of the newest one that is in the store. */
  readonly newest: number | null;
}

export interface UploaderActions<T, R> {
  upload(checkpoint: T): Promise<R>;
  /** Frees the disk of a checkpoint that is in the store or was dropped. */
  discard(checkpoint: T): Promise<void>;
  onAway(checkpoint: T, error: DermflowError, pauseMs: number): void;
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
        if (!isAway(error) || giveUp.aborted) throw error;
        actions.onAway(checkpoint, error, pauseMs);
        // Woken early to give up: one more attempt tells whether that is needed.
        await sleep(pauseMs, undefined, { signal: giveUp }).catch(() => {});
        if (waiting) return;
      }
    }
  };

  const work = async (): Promise<void> => {
    try {
      for (let checkpoint = take(); checkpoint; checkpoint = take()) {
        await send(checkpoint);
        await actions.discard(checkpoint);
      }
    } catch (error) {
      failure = { error };
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

const isAway = (error: unknown): error is DermflowError =>
  error instanceof DermflowError && error.type === failureTypes.unavailable;
