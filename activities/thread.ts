/** The two sides of a worker thread that answers one request at a time, so that its work holds up no heartbeats. */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { DermflowError, type FailureType } from '../domain/failures.ts';

type ThreadReply<T> = { ok: true; value: T } | { ok: false; type: FailureType | null; message: string };

/** In the thread: what `work` returns or throws, as a message. */
export async function replyWith<T>(work: () => Promise<T>): Promise<ThreadReply<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const type = error instanceof DermflowError ? error.type : null;
    return { ok: false, type, message: error instanceof Error ? error.message : String(error) };
  }
}

/** Outside: the thread's next reply. Throws what the work threw, or an error if the thread has ended. */
export async function nextReply<T>(worker: Worker): Promise<T> {
  const waiting = new AbortController();
  const ended = once(worker, 'exit', { signal: waiting.signal }).then(([code]) => {
    throw new Error(`the thread ended with exit code ${code}`);
  });
  try {
    // A worker sends nothing but replies; an uncaught error rejects both.
    const [reply] = (await Promise.race([once(worker, 'message', { signal: waiting.signal }), ended])) as [
      ThreadReply<T>,
    ];
    if (reply.ok) return reply.value;
    throw reply.type ? new DermflowError(reply.type, reply.message) : new Error(reply.message);
  } finally {
    ended.catch(() => undefined);
    waiting.abort();
  }
}
