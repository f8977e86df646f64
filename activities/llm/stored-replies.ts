/**
 * Which replies of a model a store has, by one listing instead of a question per request: most requests of a run have
 * none yet, and to ask for each of them would cost as much as to store its reply.
 */
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Another worker may ask the same model the same meanwhile: its replies are seen after this many milliseconds. */
const renewAfterMs = 30_000;
/** A listing that takes long is renewed more rarely: at most 1 / `restPerListing` of the time is spent on it. */
const restPerListing = 50;

interface StoredReply {
  /** Of its object, which may hold other replies too. */
  key: string;
  /** The fingerprint of the weights that wrote it, as a part of keys. */
  fingerprint: string;
  /** Among those of the same weights to the same request, from 1. */
  number: number;
}

const beginOf = (request: string): string => request.slice(0, 8);
/** Names below a model, as `storeKeys` makes them. */
const alone = /^([^/]+)\/([0-9a-f]+)-(\d+)\.json$/;
const packed = /^([^/]+)\/((?:[0-9a-f]{9})+)\.[0-9a-f]+\.jsonl$/;
const code = /([0-9a-f]{8})([0-9a-f])/g;

export interface StoredReplies {
  /**
   * Where the replies to a request may lie, given by its digest; those of the same weights in the order in which they were
   * stored. A pack may turn out to have none.
   */
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
  // By the beginning of the request's digest, which is all that a pack's name has; `of` is the whole where it is known.
  const replies = new Map<string, Map<string, { of: string | null; stored: StoredReply }>>();
  const note = (begin: string, of: string | null, stored: StoredReply): void => {
    const known = replies.get(begin) ?? new Map<string, { of: string | null; stored: StoredReply }>();
    replies.set(begin, known.set(stored.key, { of, stored }));
  };
  let goodUntilMs = 0;
  const list = async (): Promise<void> => {
    const begunMs = performance.now();
    const prefix = storeKeys.llmReplies(model);
    for (const key of await store.objectKeys(prefix)) {
      const name = key.slice(prefix.length);
      const [, fingerprint = '', request, number] = alone.exec(name) ?? [];
      if (request !== undefined) note(beginOf(request), request, { key, fingerprint, number: Number(number) });
      const [, weights = '', codes = ''] = packed.exec(name) ?? [];
      for (const [, begin = '', digit = ''] of codes.matchAll(code)) {
        note(begin, null, { key, fingerprint: weights, number: Number.parseInt(digit, 16) });
      }
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
      return [...(replies.get(beginOf(request))?.values() ?? [])]
        .flatMap(({ of, stored }) => (of === null || of === request ? [stored] : []))
        .toSorted((a, b) => a.number - b.number);
    },
    add: (request, stored) => note(beginOf(request), request, stored),
  };
}
