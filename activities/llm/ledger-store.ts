/** The store as a ledger uses it: never in a queue, and waited for by replies that were paid for. */
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Fewer than the store's client has connections: there, to wait for a free one counts as a server that is away. */
const storeRequests = 32;
/** A reply would be lost with the attempt, and bought again by the next one. After this Temporal shows what is wrong. */
const patienceMs = 5 * 60_000;
const longestPauseMs = 10_000;

/** @param signal ends the waiting */
export function ledgerStore(store: ArtifactStore, signal?: AbortSignal): ArtifactStore {
  const limit = pLimit(storeRequests);
  return {
    ...store,
    getObject: (key) => limit(() => store.getObject(key)),
    putObjectIfAbsent: (key, data) => limit(() => putPatiently(store, key, data, signal)),
  };
}

async function putPatiently(
  store: ArtifactStore,
  key: string,
  data: Uint8Array | string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    try {
      const isNew = await store.putObjectIfAbsent(key, data);
      // What stands there may be an earlier try's, whose answer was lost.
      return isNew || (tries > 1 && (await isThere(store, key, data)));
    } catch (error) {
      const isAway = error instanceof DermflowError && error.type === failureTypes.unavailable;
      if (!isAway || signal?.aborted || performance.now() > deadline) throw error;
    }
    // An end of the waiting shows in the next try.
    await sleep(Math.min(longestPauseMs, 250 * 2 ** tries), undefined, { signal }).catch(() => {});
  }
}

async function isThere(store: ArtifactStore, key: string, data: Uint8Array | string): Promise<boolean> {
  const standing = await store.getObject(key);
  return standing !== null && Buffer.compare(standing, Buffer.from(data)) === 0;
}
