/**
 * Answers by a provider's batch API, waited for over hours and any number of restarts. Before a batch is submitted it is
 * noted which lines it has, and before it is waited for its id; one that was submitted and not noted is found by its
 * label. So no line is submitted twice. Lines that a batch did not answer are left to be asked one by one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { canonicalJson, digestOf } from '../../../domain/artifact.ts';
import type { LlmReply, LlmRequest } from '../../../domain/llm.ts';
import { storeKeys } from '../../../domain/names.ts';
import { concurrently } from '../../concurrently.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { LlmBatches } from '../../ports/llm-client.ts';
import { readStoredText } from '../../store/stored-text.ts';

/** The least of what providers take: OpenAI's 50,000 lines and 200 MB. */
const most = { lines: 50_000, bytes: 150_000_000 };
/** The most bytes of the fields around a line's text. */
const bytesAround = 2_000;
const pollMs = 60_000;
/** Replies that are on their way into the store: those that come together are stored together. */
const keptAtOnce = 64;

interface BatchedSettings {
  store: ArtifactStore;
  batches: LlmBatches;
  /** Digest of the part of the run, under which its batches are noted. */
  part: string;
  /** All its requests by their digest. */
  requests: ReadonlyMap<string, LlmRequest>;
  /** The next lines to submit, none of those that were; empty where there are no more. */
  next: (submitted: ReadonlySet<string>) => Promise<ReadonlyMap<string, LlmRequest>>;
  /** Stores a reply before anything else is done. Called again for the same reply after a crash. */
  keep: (digest: string, reply: LlmReply, batch: string) => Promise<void>;
  onPoll: (batch: string, done: number, lines: number) => void;
  now: () => Date;
  signal: AbortSignal;
  /** Between two polls. Default: a minute. */
  pollMs?: number | undefined;
}

const intentSchema = z.object({ lines: z.array(z.string()), label: z.string(), at: z.iso.datetime() });
const submittedSchema = z.object({ id: z.string() });

export async function askByBatch(settings: BatchedSettings): Promise<void> {
  const { store, part, next } = settings;
  const submitted = new Set<string>();
  for (let number = 1; ; number++) {
    const keyOf = (state: 'lines' | 'collected'): string => storeKeys.llmBatch(part, number, state);
    const before = await readStored(store, keyOf('lines'), intentSchema);
    let intent = before;
    if (intent === null) {
      const lines = [...within(await next(submitted))];
      if (lines.length === 0) return;
      // The label's own name of the part: a batch that was submitted is found by it.
      const label = digestOf(canonicalJson({ stage: part, number, lines })).slice(0, 32);
      intent = { lines, label, at: settings.now().toISOString() };
      await store.putObjectIfAbsent(keyOf('lines'), canonicalJson(intent));
    }
    for (const line of intent.lines) submitted.add(line);
    const isCollected = before !== null && (await store.getObject(keyOf('collected'))) !== null;
    if (!isCollected) await finish(number, intent, before !== null, settings);
  }
}

/** As many lines as a batch may have. */
function* within(lines: ReadonlyMap<string, LlmRequest>): Generator<string> {
  let [count, bytes] = [0, 0];
  for (const [digest, { system, user, images = [] }] of lines) {
    const ofImages = images.reduce((sum, image) => sum + (4 / 3) * image.bytes, 0);
    count++;
    bytes += bytesAround + 2 * (system.length + user.length) + ofImages;
    if (count > 1 && (count > most.lines || bytes > most.bytes)) return;
    yield digest;
  }
}

/** Submits a batch unless it was submitted before, waits for it and stores its replies. */
async function finish(
  number: number,
  { lines: digests, label, at }: z.infer<typeof intentSchema>,
  mayBeThere: boolean,
  settings: BatchedSettings,
): Promise<void> {
  const { store, batches, part, requests, keep, signal } = settings;
  const key = storeKeys.llmBatch(part, number, 'submitted');
  const lines = new Map(digests.flatMap((digest) => entryOf(requests, digest)));
  let noted = await readStored(store, key, submittedSchema);
  let replies: ReadonlyMap<string, LlmReply> | null = null;
  if (noted === null && mayBeThere) {
    for (const id of await batches.find(lines, label, new Date(at), signal)) {
      const found = await ended(id, lines, settings);
      if (!found.isOurs) continue;
      noted = { id };
      replies = found.replies;
      break;
    }
  }
  noted ??= { id: await batches.submit(lines, label, signal) };
  await store.putObjectIfAbsent(key, canonicalJson(noted));
  replies ??= (await ended(noted.id, lines, settings)).replies;
  const { id } = noted;
  await concurrently(replies, keptAtOnce, async ([digest, reply]) => {
    signal.throwIfAborted();
    await keep(digest, reply, id);
  });
  await store.putObjectIfAbsent(
    storeKeys.llmBatch(part, number, 'collected'),
    canonicalJson({ answered: replies.size }),
  );
}

async function ended(id: string, lines: ReadonlyMap<string, LlmRequest>, settings: BatchedSettings) {
  const { batches, signal, onPoll } = settings;
  for (;;) {
    const state = await batches.poll(id, lines, signal);
    if (state.ended) return state;
    onPoll(id, state.done, lines.size);
    await sleep(settings.pollMs ?? pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

const entryOf = (requests: ReadonlyMap<string, LlmRequest>, digest: string): [string, LlmRequest][] => {
  const request = requests.get(digest);
  return request === undefined ? [] : [[digest, request]];
};

async function readStored<T>(store: ArtifactStore, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readStoredText(store, key);
  return text === null ? null : schema.parse(JSON.parse(text));
}
