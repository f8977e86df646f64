/**
 * Rejections that nobody handles. Node would end the process, and every role in it with it; here one fails the activity
 * that it belongs to and no other.
 *
 * It belongs to the activity in whose asynchronous context its promise was made: whatever an activity awaits, starts or
 * schedules, also by a timer, an event or a server that it opened. What cannot be known: a promise made by a library's
 * own loop (a connection pool shared by activities), or one that is rejected after its activity has ended. Those are
 * logged, with the activity where there was one, and fail nothing. An exception thrown in a callback is no rejection:
 * it still ends the process, because nobody knows what state it leaves.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { asyncLocalStorage as activityContext } from '@temporalio/activity';
import type { Logger } from 'pino';

interface Scope {
  signal: AbortSignal;
  /** False when the activity has ended. */
  fail(error: unknown): boolean;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Aborts when the current activity is to fail by such a rejection: work that must be ended in order ends then. */
export const strayFailure = (): AbortSignal | undefined => scopes.getStore()?.signal;

/** Does an activity's work. After a stray rejection it throws that, once the work has ended or the grace time is over. */
export async function withStrayFailures<T>(work: () => Promise<T>, graceMs: number): Promise<T> {
  const asked = new AbortController();
  const overdue = Promise.withResolvers<never>();
  overdue.promise.catch(() => {});
  let stray: { error: unknown } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const fail = (error: unknown): boolean => {
    if (ended) return false;
    if (stray) return true;
    stray = { error };
    asked.abort(error);
    timer = setTimeout(() => overdue.reject(error), graceMs);
    return true;
  };
  const throwStray = (): void => {
    if (stray) throw stray.error;
  };
  try {
    const result = await Promise.race([scopes.run({ signal: asked.signal, fail }, work), overdue.promise]);
    // Node reports a rejection only after the promises that are settled by now.
    await new Promise(setImmediate);
    throwStray();
    return result;
  } catch (error) {
    throwStray();
    throw error;
  } finally {
    ended = true;
    clearTimeout(timer);
  }
}

/** For `process.on('unhandledRejection')`, which runs in the context of the promise. */
export function reportStray(logger: Logger): (reason: unknown) => void {
  return (reason) => {
    const { activityId, activityType, attempt, workflowExecution } = activityContext.getStore()?.info ?? {};
    const of = { activityId, activityType, attempt, workflowId: workflowExecution?.workflowId };
    const err = reason instanceof Error ? reason : new Error(String(reason));
    const failed = scopes.getStore()?.fail(reason) ?? false;
    logger.error(
      { ...of, err },
      failed ? 'unhandled rejection; its activity fails' : 'unhandled rejection outside any activity',
    );
  };
}
