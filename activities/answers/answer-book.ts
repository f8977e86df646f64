/**
 * All answers of one answerer, in the store. They are appended in chunks, each named by its own digest below a prefix of
 * the answerer: writers need not know of one another, none overwrites another, and one listing finds all.
 *
 * At most `pauseMs` of answers are in memory alone. A process that is killed loses these; one that is cancelled stores
 * them first.
 */
import { hash } from 'node:crypto';
import { type Answerer, answererDigest, type KeptAnswer, keptAnswerSchema } from '../../domain/answers/answer.ts';
import { canonicalJson } from '../../domain/artifact.ts';
import { storeKeys } from '../../domain/names.ts';
import { concurrently } from '../concurrently.ts';
import { toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Between two chunks, in milliseconds: a slow model writes an object for each answer, a fast one two a second. */
const defaultPauseMs = 500;
/** Fewer than the store's client has connections. */
const readsInFlight = 32;

export interface AnswerBook {
  get(key: string): KeptAnswer | undefined;
  /** Keeps an answer, which is written soon. Throws what the last write threw. */
  add(answer: KeptAnswer): void;
  /** Until all that was added is in the store. */
  flush(): Promise<void>;
}

export interface BookOptions {
  pauseMs?: number;
  /** Hears of chunks whose bytes are not those that were written; their items are asked anew. */
  onDamaged?: (key: string) => void;
}

export async function openAnswerBook(
  store: ArtifactStore,
  answerer: Answerer,
  { pauseMs = defaultPauseMs, onDamaged = () => {} }: BookOptions = {},
): Promise<AnswerBook> {
  const digest = answererDigest(answerer);
  const answers = await readAnswers(store, digest, onDamaged);
  let pending: KeptAnswer[] = [];
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
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
    if (timer) clearTimeout(timer);
    timer = null;
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
      // By a timer, so that answers which come together, as those of a batch do, lie in one chunk.
      timer ??= setTimeout(() => void begin().catch(() => {}), pauseMs); // `add` and `flush` throw it
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
