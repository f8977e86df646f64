/**
 * Which replies of a model a store has, by one listing instead of a question per request: most requests of a stage have
 * none yet, and to ask for each of them would cost as much as to store its reply.
 */
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Another worker may ask the same model the same meanwhile: its replies are seen after this many milliseconds. */
const renewAfterMs = 30_000;
/** A listing that takes long is renewed more rarely: at most 1 / `restPerListing` of the time is spent on it. */
const restPerListing = 50;

export interface StoredReply {
  key: string;
  /** The fingerprint of the weights that wrote it, as a part of keys. */
  fingerprint: string;
  /** Among those of the same weights to the same request, from 1. */
  number: number;
}

export interface StoredReplies {
  /** The replies to a request, given by its digest; those of the same weights in the order in which they were stored. */
  to(request: string): Promise<readonly StoredReply[]>;
  /** Adds one that was stored after the listing. */
  add(request: string, stored: StoredReply): void;
}

/** @param model digest of the model's identity */
export async function openStoredReplies(
  store: ArtifactStore,
  model: string,
  renewMs = renewAfterMs,
): Promise<StoredReplies> {
  const replies = new Map<string, Map<string, StoredReply>>();
  const add = (request: string, stored: StoredReply): void => {
    const known = replies.get(request) ?? new Map<string, StoredReply>();
    replies.set(request, known.set(stored.key, stored));
  };
  let goodUntilMs = 0;
  const list = async (): Promise<void> => {
    const begunMs = performance.now();
    const prefix = storeKeys.llmReplies(model);
    for (const key of await store.objectKeys(prefix)) {
      const parts = /^([^/]+)\/([0-9a-f]+)-(\d+)\.json$/.exec(key.slice(prefix.length));
      if (parts === null) continue;
      const [, fingerprint = '', request = '', number] = parts;
      add(request, { key, fingerprint, number: Number(number) });
    }
    const endedMs = performance.now();
    goodUntilMs = endedMs + Math.max(renewMs, restPerListing * (endedMs - begunMs));
  };
  let listing: Promise<void> | null = null;
  await list();
  return {
    to: async (request) => {
      if (performance.now() > goodUntilMs) {
        listing ??= list().finally(() => {
          listing = null;
        });
        await listing;
      }
      return [...(replies.get(request)?.values() ?? [])].toSorted((a, b) => a.number - b.number);
    },
    add,
  };
}
