/**
 * All answers of one answerer, in the store. They are appended in chunks, each named by its own digest below a prefix of
 * the answerer: writers need not know of one another, none overwrites another, and one listing finds all.
 *
 * An answer is written as soon as it comes; those that come during a write lie in the next one. A process that is killed
 * loses what it was writing and what came meanwhile; `flush` leaves nothing to lose.
 */
import { hash } from 'node:crypto';
import { type Answerer, answererDigest, type KeptAnswer, keptAnswerSchema } from '../../domain/answers/answer.ts';
import { canonicalJson } from '../../domain/artifact.ts';
import { storeKeys } from '../../domain/names.ts';
import { concurrently } from '../concurrently.ts';
import { toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Fewer than the store's client has connections. */
const readsInFlight = 32;

export interface AnswerBook {
  get(key: string): KeptAnswer | undefined;
  /** Keeps an answer and begins to write it. Throws what the last write threw. */
  add(answer: KeptAnswer): void;
  /** Until all that was added is in the store. */
  flush(): Promise<void>;
}

export interface BookOptions {
  /** Hears of chunks whose bytes are not those that were written; their items are asked anew. */
  onDamaged?: (key: string) => void;
}

export async function openAnswerBook(
  store: ArtifactStore,
  answerer: Answerer,
  { onDamaged = () => {} }: BookOptions = {},
): Promise<AnswerBook> {
  const digest = answererDigest(answerer);
  const answers = await readAnswers(store, digest, onDamaged);
  let pending: KeptAnswer[] = [];
  let writing: Promise<void> | null = null;
  let begun: NodeJS.Immediate | null = null;
  let failure: { reason: unknown } | null = null;

  const write = async (): Promise<void> => {
    while (pending.length > 0) {
      const chunk = pending;
      pending = [];
      try {
        await writeChunk(store, digest, answerer, chunk);
      } catch (error) {
        pending = [...chunk, ...pending];
        failure = { reason: error };
        throw error;
      }
    }
  };
  const begin = (): Promise<void> => {
    if (begun) clearImmediate(begun);
    begun = null;
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };
  return {
    get: (key) => answers.get(key),
    add: (answer) => {
      if (failure) throw failure.reason;
      answers.set(answer.key, answer);
      pending.push(answer);
      // In the next turn of the thread, so that answers which come together, as those of a batch do, lie in one chunk.
      begun ??= setImmediate(() => void begin().catch(() => {})); // `add` and `flush` throw it
    },
    flush: async () => {
      failure = null;
      // A write that is under way may have begun before the last answer came.
      while (writing || pending.length > 0) await begin();
    },
  };
}

/** What stands under its name already is the same, by a try whose answer was lost, unless it is damaged. */
async function writeChunk(
  store: ArtifactStore,
  digest: string,
  answerer: Answerer,
  chunk: readonly KeptAnswer[],
): Promise<void> {
  for (let again = 0; ; again++) {
    const head = canonicalJson({ schema: 1, answerer: { ...answerer }, ...(again > 0 ? { again } : {}) });
    const body = `${head}\n${toJsonLines(chunk)}`;
    const key = storeKeys.answerChunk(digest, hash('sha256', body));
    if (await store.putObjectIfAbsent(key, body)) return;
    const standing = await store.getObject(key);
    if (standing && isWhole(key, standing)) return;
  }
}

const isWhole = (key: string, bytes: Uint8Array): boolean => key.endsWith(`/${hash('sha256', bytes)}.jsonl`);

/** Where two writers answered the same item, the answer of the chunk of the lower name counts, for every reader. */
async function readAnswers(
  store: ArtifactStore,
  digest: string,
  onDamaged: (key: string) => void,
): Promise<Map<string, KeptAnswer>> {
  const answers = new Map<string, KeptAnswer>();
  const keys = (await store.objectKeys(storeKeys.answers(digest))).toSorted().toReversed();
  for (const chunk of await concurrently(keys, readsInFlight, (key) => readChunk(store, key, onDamaged))) {
    for (const answer of chunk) answers.set(answer.key, answer);
  }
  return answers;
}

async function readChunk(
  store: ArtifactStore,
  key: string,
  onDamaged: (key: string) => void,
): Promise<readonly KeptAnswer[]> {
  const bytes = await store.getObject(key);
  if (bytes === null) return [];
  if (!isWhole(key, bytes)) {
    onDamaged(key);
    return [];
  }
  const [, ...lines] = new TextDecoder().decode(bytes).trimEnd().split('\n');
  return lines.map((line) => keptAnswerSchema.parse(JSON.parse(line)));
}
