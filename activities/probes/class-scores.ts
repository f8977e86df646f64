/** Both probes in a thread of their own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { nextReply } from '../thread.ts';
import type { ClassScores, ProbeRequest } from './probe-thread.ts';

/** The request's numbers move to the thread, and are gone here. Aborting ends the thread. */
export async function classScores(request: ProbeRequest, signal: AbortSignal): Promise<ClassScores> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./probe-thread.ts', import.meta.url));
  const done = new AbortController();
  const aborted = once(signal, 'abort', { signal: done.signal }).then(() => signal.throwIfAborted());
  aborted.catch(() => {});
  try {
    const moved = [request.training.data.buffer, request.asked.data.buffer] as ArrayBuffer[]; // no shared ones are made
    worker.postMessage(request, moved);
    const reply = await Promise.race([nextReply<ClassScores>(worker), aborted]);
    if (!reply) throw signal.reason;
    return reply;
  } finally {
    done.abort();
    await worker.terminate();
  }
}
