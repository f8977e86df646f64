/**
 * Where replies lie in the store. Those that come within a few milliseconds of one another are stored by one write: by a
 * write for each, storing would cost as much processor time as asking. A reply alone is an object by itself, whose key is
 * its request's, so that of two workers that store one for the same request the second notices the first.
 */
import { hash } from 'node:crypto';
import { corrupt } from '../../domain/failures.ts';
import { storeKeys } from '../../domain/names.ts';
import { linesOf } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { listRows } from '../rows.ts';
import { readStoredText } from '../store/stored-text.ts';

/** How long a reply waits for others. A model takes longer for each. */
const lingerMs = 50;
/** The name of a pack lists its replies, and file systems take names of 255 bytes. */
const mostReplies = 16;
/** Of packs that were read: whoever asks again asks in much the same order. */
const packsKept = 64;

export interface PackedReply {
  /** The request's digest. */
  request: string;
  /** Among the replies of the same weights to it, from 1. */
  number: number;
  /** The entry, as JSON in one line. */
  text: string;
}

export interface ReplyPacks {
  /** Resolves once it is stored, with its object's key; `isOurs` is false where another worker's reply lies there. */
  write(fingerprint: string, reply: PackedReply): Promise<{ key: string; isOurs: boolean }>;
  /** The entry of a request in an object; null where the object has none, or was taken away. */
  read(key: string, request: string): Promise<string | null>;
}

interface Waiting extends PackedReply {
  resolve: (stored: { key: string; isOurs: boolean }) => void;
  reject: (error: unknown) => void;
}

/**
 * @param model digest of the model's identity
 * @param mayMoreCome whether other replies are under way, for which it is worth waiting
 */
export function openReplyPacks(
  store: Pick<ArtifactStore, 'getObject' | 'putObjectIfAbsent'>,
  model: string,
  mayMoreCome: () => boolean = () => true,
): ReplyPacks {
  const waiting = new Map<string, Waiting[]>();
  const packs = new Map<string, Promise<readonly string[]>>();

  const flush = async (fingerprint: string, group: Waiting[]): Promise<void> => {
    waiting.delete(fingerprint);
    const [first, ...others] = group;
    if (first === undefined) return;
    const text = `${group.map((reply) => reply.text).join('\n')}\n`;
    const isAlone = others.length === 0;
    const key = isAlone
      ? storeKeys.llmReply(model, fingerprint, first.request, first.number)
      : storeKeys.llmReplyPack(model, fingerprint, group.map(codeOf), hash('sha256', text));
    try {
      const isNew = await store.putObjectIfAbsent(key, isAlone ? first.text : text);
      for (const { resolve } of group) resolve({ key, isOurs: isNew || !isAlone });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };

  /** By several readers at once it is asked for once. */
  const packAt = (key: string): Promise<readonly string[]> => {
    const pack = packs.get(key) ?? readPack(store, key);
    packs.delete(key);
    packs.set(key, pack); // the one used last is the last
    for (const oldest of packs.keys()) if (packs.size > packsKept) packs.delete(oldest);
    pack.catch(() => packs.delete(key));
    return pack;
  };

  return {
    write: (fingerprint, reply) =>
      new Promise((resolve, reject) => {
        const group = waiting.get(fingerprint) ?? [];
        group.push({ ...reply, resolve, reject });
        const flushUnlessDone = (): void => void (waiting.get(fingerprint) === group && flush(fingerprint, group));
        if (group.length === 1) {
          waiting.set(fingerprint, group);
          setTimeout(flushUnlessDone, lingerMs);
        }
        if (group.length === mostReplies) flushUnlessDone();
        else if (!mayMoreCome()) setImmediate(flushUnlessDone); // after those that came at the same moment
      }),
    read: async (key, request) => {
      if (key.endsWith('.json')) return readStoredText(store, key);
      return (await packAt(key)).find((entry) => entry.includes(`"request":"${request}"`)) ?? null;
    },
  };
}

/** In the name of a pack. */
const codeOf = ({ request, number }: PackedReply): string => storeKeys.llmReplyCode(request, number);

/** Its entries; none where it was taken away. */
async function readPack(store: Pick<ArtifactStore, 'getObject'>, key: string): Promise<readonly string[]> {
  const bytes = await store.getObject(key);
  if (bytes === null) return [];
  // Its name ends with its digest, so that a reply that is missing in it is noticed.
  if (key.includes(`.${hash('sha256', bytes).slice(0, 16)}.`))
    return (await listRows(linesOf([bytes], key))).map(({ text }) => text);
  throw corrupt(`${key}: the stored LLM replies are damaged; delete this object and resume the run`);
}
