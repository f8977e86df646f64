/**
 * Every reply is paid for once: it is stored before it is used, with all others to the same request. The first that is
 * of use is the answer; the others stay as evidence of what was paid for, and are never taken.
 */
import { z } from 'zod';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { corrupt } from '../../domain/failures.ts';
import {
  faultOf,
  type LlmIdentity,
  type LlmReply,
  type LlmRequest,
  llmIdentitySchema,
  llmReplySchema,
  type Reader,
} from '../../domain/llm.ts';
import { storeKeys } from '../../domain/names.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** A run, and one execution of it: `resume` of an ended run begins another. */
export interface RunRef {
  id: string;
  execution: string;
}

export const entrySchema = z.object({
  schema: z.literal(2),
  /** Digest of model and request, so that an entry under a wrong key is noticed. */
  request: z.string(),
  model: llmIdentitySchema,
  reply: llmReplySchema,
  at: z.iso.datetime(),
  run: z.string(),
  execution: z.string(),
});
export type LedgerEntry = z.infer<typeof entrySchema>;

export interface Answer {
  /** Of the answer; where there is none, of the last reply. */
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
  model: LlmIdentity;
  run: RunRef;
  /** How often in one execution of a run a request is made whose replies are of no use. */
  asks: number;
  /** Asks the model; throws where it may not be asked. */
  complete: (request: LlmRequest) => Promise<LlmReply>;
  now: () => Date;
}

export interface Ledger {
  /** The answer to a request: the stored one, else what the model says now. */
  ask(request: LlmRequest, read: Reader): Promise<Answer>;
  /** What is stored for a request, up to its answer. */
  known(request: LlmRequest, read: Reader): Promise<LedgerEntry[]>;
}

/** Of callers who ask the same at the same time, here or elsewhere, all get the reply that was stored first. */
export function openLedger(settings: LedgerSettings): Ledger {
  const { store, model } = settings;
  const underway = new Map<string, Promise<Answer>>();
  const digestFor = (request: LlmRequest): string => digestOf(canonicalJson({ model, request }));
  return {
    ask: (request, read) => {
      const digest = digestFor(request);
      const answer = underway.get(digest) ?? answerOf({ store, digest, read, entries: [] }, request, settings);
      underway.set(digest, answer);
      return answer.finally(() => underway.delete(digest));
    },
    known: async (request, read) => {
      const replies: Replies = { store, digest: digestFor(request), read, entries: [] };
      await readOn(replies);
      return replies.entries;
    },
  };
}

/** The replies to one request, read so far. */
interface Replies {
  store: ArtifactStore;
  digest: string;
  read: Reader;
  entries: LedgerEntry[];
}

const faultsOf = ({ entries, read }: Replies): (string | null)[] => entries.map(({ reply }) => faultOf(reply, read));

/** Reads up to the answer, or to the last reply where there is none. */
async function readOn(replies: Replies): Promise<void> {
  while (faultsOf(replies).at(-1) !== null) {
    const entry = await readEntry(replies.store, replies.digest, replies.entries.length + 1);
    if (entry === null) return;
    replies.entries.push(entry);
  }
}

async function answerOf(replies: Replies, request: LlmRequest, settings: LedgerSettings): Promise<Answer> {
  const { store, digest, entries } = replies;
  const { model, run, asks, complete, now } = settings;
  await readOn(replies);
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
    const entry = { ...{ schema: 2 as const, request: digest, model, reply, at: now().toISOString() }, ...stamp(run) };
    let number = entries.length + 1;
    // Where others were first, what was paid for is kept behind theirs.
    while (!(await store.putObjectIfAbsent(storeKeys.llmReply(digest, number), canonicalJson(entry)))) number++;
    if (number === entries.length + 1) entries.push(entry);
    else await readOn(replies);
  }
}

const stamp = ({ id, execution }: RunRef): Pick<LedgerEntry, 'run' | 'execution'> => ({ run: id, execution });

/** Apart from the seeds that requests themselves use. */
const seedStride = 1_000_003;

/** The same request, so that another reply may come: another seed, and four times the room after each that was cut off. */
function again(request: LlmRequest, faults: readonly (string | null)[]): LlmRequest {
  if (faults.length === 0) return request;
  const cut = faults.filter((fault) => fault?.startsWith('cut off')).length;
  const { seed, maxTokens } = request;
  return { ...request, seed: seed + faults.length * seedStride, maxTokens: maxTokens * 4 ** Math.min(cut, 2) };
}

async function readEntry(store: ArtifactStore, digest: string, number: number): Promise<LedgerEntry | null> {
  const key = storeKeys.llmReply(digest, number);
  const bytes = await store.getObject(key);
  if (bytes === null) return null;
  const entry = entrySchema.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (entry.data?.request === digest) return entry.data;
  throw corrupt(`${key}: the stored LLM reply is damaged; delete this object and resume the run`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
