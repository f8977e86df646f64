/**
 * All answers of one answerer, in the store. They are appended in chunks, each named by its own digest below a prefix of
 * the answerer: writers need not know of one another, none overwrites another, and one listing finds all.
 *
 * An answer is written as soon as it comes, one of an endpoint 50 ms later with those that came meanwhile: an endpoint's
 * come one by one, and a write for each would take as much of the processor as asking. Those that come during a write lie
 * in the next one. A process that is killed loses what it was writing and what came since; `flush` leaves nothing to lose.
 */
import { type Answerer, answererDigest, type KeptAnswer, keptAnswerSchema } from '../../domain/answers/answer.ts';
import { canonicalJson } from '../../domain/artifact.ts';
import { storeKeys } from '../../domain/names.ts';
import { inOrder } from '../in-order.ts';
import { linesOf, toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { listRows } from '../rows.ts';
import { openScratchDatabase } from '../scratch-database.ts';
import { isAsNamed, putDigestNamed } from '../store/digest-named.ts';
import { sortedKeys } from '../store/sorted-keys.ts';

/** Answers of a chunk at most: what comes during a slow write. */
const mostOfChunk = 2048;
/** How long an endpoint's answer waits for others. A model takes longer for each. */
const lingerMs = 50;
/** Chunks that are in memory at the same time. */
const readsInFlight = 8;
const cacheKiB = 4096;

export interface AnswerBook {
  get(key: string): KeptAnswer | undefined;
  /** Keeps an answer and has it written soon. Throws what the last write threw. */
  add(answer: KeptAnswer): void;
  /** Until no more answers wait to be written than a chunk holds. Throws what the last write threw. */
  room(): Promise<void>;
  /** Until all that was added is in the store. */
  flush(): Promise<void>;
  /** Frees the disk; nothing is written any more. */
  close(): void;
}

interface BookOptions {
  /** Called for each chunk whose bytes are not those that were written; their items are asked again. */
  onDamaged?: (key: string) => void;
}

export async function openAnswerBook(
  store: ArtifactStore,
  answerer: Answerer,
  { onDamaged = () => {} }: BookOptions = {},
): Promise<AnswerBook> {
  const digest = answererDigest(answerer);
  const answers = createAnswerTable();
  try {
    await readAnswers(store, digest, onDamaged, answers);
  } catch (error) {
    answers.close();
    throw error;
  }
  let pending: KeptAnswer[] = [];
  let writing: Promise<void> | null = null;
  /** Takes back the writing that is to come. */
  let forget: (() => void) | null = null;
  let failure: { reason: unknown } | null = null;

  const write = async (): Promise<void> => {
    const chunk = pending.slice(0, mostOfChunk);
    pending = pending.slice(mostOfChunk);
    try {
      await writeChunk(store, digest, answerer, chunk);
    } catch (error) {
      pending = [...chunk, ...pending];
      failure = { reason: error };
      throw error;
    }
  };
  const begin = (): Promise<void> => {
    forget?.();
    forget = null;
    writing ??= write().finally(() => {
      writing = null;
      if (!failure) beginSoon();
    });
    return writing;
  };
  const beginSoon = (): void => {
    if (forget || pending.length === 0) return;
    const work = (): void => void begin().catch(() => {}); // `add` and `flush` throw it
    if (answerer.runtime === 'endpoint') {
      const timer = setTimeout(work, lingerMs);
      forget = () => clearTimeout(timer);
    } else {
      // In the next turn of the thread, so that the answers of a batch, which come together, lie in one chunk.
      const turn = setImmediate(work);
      forget = () => clearImmediate(turn);
    }
  };
  return {
    get: answers.get,
    add: (answer) => {
      if (failure) throw failure.reason;
      answers.set(answer);
      pending.push(answer);
      if (!writing) beginSoon();
    },
    room: async () => {
      while (pending.length >= mostOfChunk) await begin();
    },
    flush: async () => {
      failure = null;
      // A write that is under way may have begun before the last answer came.
      while (writing || pending.length > 0) await begin();
    },
    close: () => {
      forget?.();
      answers.close();
    },
  };
}

/** Answers by their keys, on this machine's disk. */
interface AnswerTable {
  get(key: string): KeptAnswer | undefined;
  /** In place of the one with the same key. */
  set(answer: KeptAnswer): void;
  close(): void;
}

function createAnswerTable(): AnswerTable {
  const database = openScratchDatabase(
    'create table answer (key text primary key, answer text) without rowid',
    cacheKiB,
  );
  const insert = database.prepare('insert or replace into answer values (?, ?)');
  const select = database.prepare('select answer from answer where key = ?');
  return {
    get: (key) => {
      const row = select.get(key);
      return row && JSON.parse(String(row.answer)); // as it was set
    },
    // As JSON, which keeps every character, a lone surrogate too.
    set: (answer) => void insert.run(answer.key, JSON.stringify(answer)),
    close: () => database.close(),
  };
}

function writeChunk(
  store: ArtifactStore,
  digest: string,
  answerer: Answerer,
  chunk: readonly KeptAnswer[],
): Promise<void> {
  const lines = toJsonLines(chunk);
  const bytesOf = (again: number): string =>
    `${canonicalJson({ schema: 1, answerer: { ...answerer }, ...(again > 0 ? { again } : {}) })}\n${lines}`;
  return putDigestNamed(store, bytesOf, (own) => storeKeys.answerChunk(digest, own));
}

/** Where two writers answered the same item, the answer of the chunk of the lower name counts, for every reader. */
async function readAnswers(
  store: ArtifactStore,
  digest: string,
  onDamaged: (key: string) => void,
  answers: AnswerTable,
): Promise<void> {
  const keys = sortedKeys(store, storeKeys.answers(digest), 'descending');
  for await (const chunk of inOrder(keys, readsInFlight, (key) => readChunk(store, key, onDamaged))) {
    for (const answer of chunk) answers.set(answer);
  }
}

async function readChunk(
  store: ArtifactStore,
  key: string,
  onDamaged: (key: string) => void,
): Promise<readonly KeptAnswer[]> {
  const bytes = await store.getObject(key);
  if (bytes === null) return [];
  if (!isAsNamed(key, bytes)) {
    onDamaged(key);
    return [];
  }
  // The first line says whose answers they are.
  const [, ...lines] = await listRows(linesOf([bytes], key));
  return lines.map(({ text }) => keptAnswerSchema.parse(JSON.parse(text)));
}
