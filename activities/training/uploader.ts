/** Uploads checkpoints while training goes on: in order, one at a time; an older one still waiting is skipped. */

export interface Uploader<T extends { step: number }, R> {
  /** Takes a checkpoint; the one that waited, if any, is dropped through `discard`. */
  add(checkpoint: T): void;
  /** Waits for all uploads; throws the first error. */
  drain(): Promise<R | null>;
  /** Step of the newest one that is in the store. */
  readonly newest: number | null;
}

export function createUploader<T extends { step: number }, R>(
  upload: (checkpoint: T) => Promise<R>,
  discard: (checkpoint: T) => Promise<void>,
): Uploader<T, R> {
  let waiting: T | null = null;
  let running: Promise<void> | null = null;
  let failure: { error: unknown } | null = null;
  let newest: number | null = null;
  let result: R | null = null;

  const work = async (): Promise<void> => {
    while (waiting && !failure) {
      const checkpoint: T = waiting;
      waiting = null;
      try {
        result = await upload(checkpoint);
        newest = checkpoint.step;
        await discard(checkpoint);
      } catch (error) {
        failure = { error };
      }
    }
    running = null;
  };

  return {
    add(checkpoint) {
      if (waiting) void discard(waiting);
      waiting = checkpoint;
      running ??= work();
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
