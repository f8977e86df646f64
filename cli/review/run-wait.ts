/** What a run says of its reviews, and how it is notified of new ones. */
import { type Client, QueryNotRegisteredError } from '@temporalio/client';
import type { ReviewAnswer, ReviewWait } from '../../domain/contracts/narratives.ts';
import { unavailable, userMistake } from '../../domain/failures.ts';
import { queries, signals } from '../../domain/names.ts';
import { grpcStatus, isGrpcStatus } from '../../platform/grpc.ts';
import { handleOf } from '../runs.ts';

const answerWithinMs = 10_000;
const notifyEveryMs = 300_000;

/**
 * The narratives that a run has reviewed, whether or not it waits for more. Throws in one line where there are none: for
 * a run that has not come to them, whose recipe wants none, or that nobody answers for.
 */
export async function reviewsOf(client: Client, run: string): Promise<ReviewWait> {
  const { status } = await handleOf(client, run).describe(); // of a run that is not there: an error of its own
  const state = status.name.toLowerCase();
  const answer = await ask(client, run).catch((error: unknown) => {
    if (error instanceof QueryNotRegisteredError)
      throw userMistake(
        status.name === 'RUNNING'
          ? `run ${run} has not come to its reviews, or its method has none; "dermflow status ${run}" says where it is`
          : `run ${run} is ${state} and waits for no reviews`,
      );
    if (isGrpcStatus(error, grpcStatus.CANCELLED, grpcStatus.DEADLINE_EXCEEDED, grpcStatus.FAILED_PRECONDITION))
      throw unavailable(
        `nobody answers for run ${run}: start an orchestrator worker ("dermflow up" or "npm run worker -- orchestrator")`,
        error,
      );
    throw error;
  });
  if ('nobody' in answer) throw userMistake(`run ${run} asks nobody for reviews: ${answer.nobody}`);
  return answer;
}

/** Why the run waits for no reviews any more; null while it does. */
export function whyClosed(
  run: string,
  { waiting, certified }: Pick<ReviewWait, 'waiting' | 'certified'>,
  state = 'RUNNING',
) {
  if (certified.by === 'script')
    return `run ${run} asks nobody: its cases are reviewed by a program (certified.by: script)`;
  if (state !== 'RUNNING') return `run ${run} is ${state.toLowerCase()} and waits for no reviews`;
  return waiting ? null : `run ${run} has all its reviews and goes on; what is said now would not count`;
}

/** The same of the run as it is now; the answer holds for some seconds, and the last one while Temporal is away. */
export function createClosedCheck(client: Client, run: string, forMs = 10_000): () => Promise<string | null> {
  let known: string | null = null;
  let until = 0;
  return async () => {
    if (Date.now() < until) return known;
    until = Date.now() + forMs;
    try {
      const { status } = await handleOf(client, run).describe();
      known = whyClosed(run, await reviewsOf(client, run), status.name);
    } catch {
      // Reviews are kept whether or not anybody answers for the run.
    }
    return known;
  };
}

const ask = (client: Client, run: string): Promise<ReviewAnswer> =>
  client.withDeadline(Date.now() + answerWithinMs, () => handleOf(client, run).query<ReviewAnswer>(queries.review));

export interface Notifier {
  notify(complete: boolean): void;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

/**
 * Notifies a run that cases were reviewed: at once where none waits any more, else once in five minutes, so that the run's
 * history stays short. What cannot be sent is sent later; the run also looks by itself.
 *
 * @param send rejects where the run cannot be reached; false where another page has just notified it. `last`: the page closes
 */
export function createNotifier(
  send: (complete: boolean, last: boolean) => Promise<unknown>,
  everyMs = notifyEveryMs,
): Notifier {
  let untold: boolean | null = null;
  let notBefore = 0;
  let sending = Promise.resolve();
  const flush = async (last = false): Promise<void> => {
    if (untold === null || (!untold && !last && Date.now() < notBefore)) return;
    const complete = untold;
    [untold, notBefore] = [null, Date.now() + everyMs];
    const sent = await send(complete, last).catch(() => {
      notBefore = 0; // by the timer
      return false;
    });
    if (sent === false) untold ??= complete;
  };
  const flushInTurn = (last = false): Promise<void> => {
    sending = sending.then(() => flush(last));
    return sending;
  };
  const timer = setInterval(() => void flushInTurn(), Math.min(everyMs, 30_000));
  return {
    notify: (complete) => {
      untold = complete || untold === true;
      void flushInTurn();
    },
    close: async () => {
      clearInterval(timer);
      await flushInTurn(true);
    },
  };
}

/** Signals, unless another page has done so within the same minutes: a run takes 10,000 signals, whoever sends them. */
export const notifyRun =
  (client: Client, run: string) =>
  async (complete: boolean, last = false): Promise<boolean> => {
    if (!complete && !last && (await wasNotifiedLately(client, run))) return false;
    await handleOf(client, run).signal(signals.reviewed, complete);
    return true;
  };

/** By the run's clock and ours, which may differ: then the run is notified. */
async function wasNotifiedLately(client: Client, run: string): Promise<boolean> {
  const answer = await ask(client, run).catch(() => null);
  const toldAt = answer && 'toldAt' in answer ? answer.toldAt : undefined;
  return toldAt !== undefined && Math.abs(Date.now() - toldAt) < notifyEveryMs;
}
