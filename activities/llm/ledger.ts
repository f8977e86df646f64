/**
 * Every reply is paid for once: it is stored before it is used, with all others to the same request. The first that is
 * of use is the answer; the others stay as evidence of what was paid for, and are never taken.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../domain/artifact.ts';
import { corrupt } from '../../domain/failures.ts';
import {
  faultOf,
  type LlmReply,
  type LlmRequest,
  llmIdentitySchema,
  llmReplySchema,
  type ReplyReader,
} from '../../domain/llm.ts';
import { jsonOrNull } from '../../domain/rows/json-text.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { ledgerStore } from './ledger-store.ts';
import { openReplyPacks, type ReplyPacks } from './reply-packs.ts';
import { type Fingerprints, openFingerprints, type ServedModel } from './served.ts';
import { openStoredReplies, type StoredReplies } from './stored-replies.ts';

/** A run, and one execution of it: `resume` of an ended run begins another. */
export interface RunRef {
  id: string;
  execution: string;
}

const entrySchema = z.object({
  schema: z.literal(3),
  /** Digest of model and request, so that an entry under a wrong key is noticed. */
  request: z.string(),
  model: llmIdentitySchema,
  reply: llmReplySchema,
  at: z.iso.datetime(),
  run: z.string(),
  execution: z.string(),
  /** The batch that brought it; absent where it was asked for alone. */
  batch: z.string().optional(),
});
export type LedgerEntry = z.infer<typeof entrySchema>;

export interface LedgerAnswer {
  /** The answer's; without an answer the last reply's. */
  text: string;
  /** Null, or why the last reply is of no use. */
  fault: string | null;
  /** All replies to the request, the answer last. */
  entries: LedgerEntry[];
  /** How many of them were there before. */
  known: number;
}

export interface LedgerSettings {
  store: ArtifactStore;
  model: Pick<ServedModel, 'identity' | 'fingerprint' | 'part'>;
  run: RunRef;
  /** How often in one execution of a run a request is made whose replies are of no use. */
  asks: number;
  /** Asks the model; throws where it may not be asked. */
  complete: (request: LlmRequest) => Promise<LlmReply>;
  now: () => Date;
  /** Ends the waiting for a store that is away. */
  signal?: AbortSignal;
}

export interface Ledger {
  /** The answer to a request: the stored one, else what the model says now. */
  ask(request: LlmRequest, read: ReplyReader): Promise<LedgerAnswer>;
  /** What is stored for a request, up to its answer. */
  known(request: LlmRequest, read: ReplyReader): Promise<LedgerEntry[]>;
  /** The name of a batch's line for this request. */
  digestOf(request: LlmRequest): string;
  /** Stores a reply that a batch brought; false where it is stored already. */
  take(request: LlmRequest, reply: LlmReply, batch: string): Promise<boolean>;
}

/** Callers who ask the same weights the same at the same time, here, all get the reply stored first. */
export async function openLedger(settings: LedgerSettings): Promise<Ledger> {
  const { model } = settings;
  const store = ledgerStore(settings.store, settings.signal);
  const digest = hash('sha256', canonicalJson(model.identity));
  const [fingerprints, stored] = await Promise.all([openFingerprints(store, model), openStoredReplies(store, digest)]);
  /** Replies that are under way: those that come together are stored together. */
  let coming = 0;
  const counting: LedgerSettings = {
    ...settings,
    complete: (request) => {
      coming++;
      return settings.complete(request).finally(() => coming--);
    },
  };
  const place: Place = { packs: openReplyPacks(store, digest, () => coming > 0), fingerprints, stored };
  const underway = new Map<string, Promise<LedgerAnswer>>();
  const digestFor = (request: LlmRequest): string => hash('sha256', canonicalJson({ model: model.identity, request }));
  const repliesTo = (request: LlmRequest, read: ReplyReader): Replies => ({
    ...{ request: digestFor(request), read },
    ...{ entries: [], seen: new Set() },
  });
  return {
    ask: (request, read) => {
      const replies = repliesTo(request, read);
      const answer = underway.get(replies.request) ?? answerOf(place, replies, request, counting);
      underway.set(replies.request, answer);
      return answer.finally(() => underway.delete(replies.request));
    },
    known: async (request, read) => {
      const replies = repliesTo(request, read);
      await readOn(place, replies);
      return replies.entries;
    },
    digestOf: digestFor,
    take: async (request, reply, batch) => {
      const replies = repliesTo(request, () => 'all are wanted');
      coming++;
      await readOn(place, replies).finally(() => coming--);
      if (replies.entries.some((entry) => entry.batch === batch)) return false;
      await keep(place, replies, { ...entryFor(settings, replies, reply), batch });
      return true;
    },
  };
}

/** Where the replies of a model lie, and which of them are taken. */
interface Place {
  packs: ReplyPacks;
  fingerprints: Fingerprints;
  stored: StoredReplies;
}

/** The replies to one request, read so far. */
interface Replies {
  /** Digest of model and request. */
  request: string;
  read: ReplyReader;
  entries: LedgerEntry[];
  /** Keys of what was read. */
  seen: Set<string>;
}

const faultsOf = ({ entries, read }: Replies): (string | null)[] => entries.map(({ reply }) => faultOf(reply, read));

/** Reads up to the answer, or to the last reply where there is none. */
async function readOn({ packs, fingerprints, stored }: Place, replies: Replies): Promise<void> {
  for (const { key, fingerprint } of await stored.to(replies.request)) {
    if (faultsOf(replies).at(-1) === null) return;
    if (replies.seen.has(key) || !fingerprints.has(fingerprint)) continue;
    replies.seen.add(key);
    const entry = await readEntry(packs, key, replies.request);
    if (entry !== null) replies.entries.push(entry);
  }
}

async function answerOf(
  place: Place,
  replies: Replies,
  request: LlmRequest,
  settings: LedgerSettings,
): Promise<LedgerAnswer> {
  const { entries } = replies;
  const { run, asks, complete } = settings;
  await readOn(place, replies);
  const known = entries.length;
  for (;;) {
    const last = entries.at(-1);
    const fault = faultsOf(replies).at(-1);
    const own = entries.filter(({ execution }) => execution === run.execution).length;
    // What the model cannot take it cannot take a second time.
    const pointless = own >= asks || (own > 0 && last?.reply.finish === 'too long');
    if (last && fault !== undefined && (fault === null || pointless)) {
      return { text: last.reply.text, fault, entries, known };
    }
    const reply = await complete(again(request, faultsOf(replies)));
    await keep(place, replies, entryFor(settings, replies, reply));
  }
}

const entryFor = ({ model, run, now }: LedgerSettings, { request }: Replies, reply: LlmReply): LedgerEntry => ({
  ...{ schema: 3, request, model: model.identity, reply, at: now().toISOString() },
  ...{ run: run.id, execution: run.execution },
});

/** Stores a reply before anybody uses it; behind those of others, where others were first. */
async function keep(place: Place, replies: Replies, entry: LedgerEntry): Promise<void> {
  const { packs, fingerprints, stored } = place;
  const { request } = replies;
  const fingerprint = await fingerprints.nameFor(entry.reply);
  const before = (await stored.to(request)).filter((each) => each.fingerprint === fingerprint);
  const text = JSON.stringify(entry);
  let othersWereFirst = false;
  for (let number = 1 + (before.at(-1)?.number ?? 0); ; number++) {
    const { key, isOurs } = await packs.write(fingerprint, { request, number, text });
    stored.add(request, { key, fingerprint, number });
    if (!isOurs) {
      othersWereFirst = true;
      continue;
    }
    if (othersWereFirst) return readOn(place, replies);
    replies.seen.add(key);
    replies.entries.push(entry);
    return;
  }
}

/** Apart from the seeds that requests themselves use. */
const seedStride = 1_000_003;

/** The same request, so that another reply may come: another seed, and four times the room after each that was cut off. */
function again(request: LlmRequest, faults: readonly (string | null)[]): LlmRequest {
  if (faults.length === 0) return request;
  const cut = faults.filter((fault) => fault?.startsWith('cut off')).length;
  const { seed, maxTokens } = request;
  return { ...request, seed: seed + faults.length * seedStride, maxTokens: maxTokens * 4 ** Math.min(cut, 2) };
}

/** Null where it was taken away since it was listed, or is not in that pack. */
async function readEntry(packs: ReplyPacks, key: string, request: string): Promise<LedgerEntry | null> {
  const text = await packs.read(key, request);
  if (text === null) return null;
  const entry = entrySchema.safeParse(jsonOrNull(text));
  if (entry.data?.request === request) return entry.data;
  throw corrupt(`${key}: the stored LLM reply is damaged; delete this object and resume the run`);
}
