/**
 * How long the workflow tries: an unreachable service or machine is waited for; what a person must see to (an empty
 * account, a spent budget) waits for that person; any other failure is final after its attempts. One round of attempts
 * lasts some two minutes and leaves six events in the history, so that an outage of a week stays below Temporal's limit
 * of 51,200.
 *
 * `retryNow([activityIds])` is what `dermflow resume` sends to an open run: every pending activity that it names is
 * scheduled again, under its old id, with all its attempts before it. The ids are those of `describe().raw.pendingActivities`,
 * of the run and of each of its children. One that waits for its next attempt starts at once; one that is running is
 * stopped first (a trainer saves its checkpoint). An id that is not pending is passed over, so the signal may be sent
 * twice, late, or to a run that does not need it.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineSignal,
  isCancellation,
  setHandler,
  TimeoutFailure,
} from '@temporalio/workflow';
import { failureTypes } from '../domain/failures.ts';
import { signals } from '../domain/names.ts';

export const retryNow = defineSignal<[activityIds: string[]]>(signals.retryNow);

/** This run's alone: Temporal evaluates workflow modules once per run. */
const pending = new Map<string, () => void>();

/** Why activities wait for a person, by their id. */
export const waitsFor = new Map<string, string>();

/** Must be called before the first activity, by every workflow that has some. */
export function listenForRetryNow(): void {
  setHandler(retryNow, (activityIds: unknown) => {
    // Any client may signal, and an error thrown here would stop the workflow for good.
    if (!Array.isArray(activityIds)) return;
    for (const id of activityIds) pending.get(id)?.();
  });
}

/** Runs an activity, again as often as its service or machine was away or `retryNow` named it. */
export async function persistently<T>(activityId: string, schedule: () => Promise<T>): Promise<T> {
  for (;;) {
    const attempts = new CancellationScope();
    let askedAnew = false;
    pending.set(activityId, () => {
      askedAnew = true;
      attempts.cancel();
    });
    try {
      return await attempts.run(schedule);
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) throw asCancellation(error);
      const reason = reasonToWait(error);
      if (reason !== null) await untilAsked(activityId, reason);
      else if (!isAway(error) && !(askedAnew && wasStopped(error))) throw error;
    } finally {
      pending.delete(activityId);
    }
  }
}

/** Until `retryNow` names the activity; nothing else goes on by itself. */
async function untilAsked(activityId: string, reason: string): Promise<void> {
  let asked = false;
  pending.set(activityId, () => {
    asked = true;
  });
  waitsFor.set(activityId, reason);
  try {
    await condition(() => asked);
  } finally {
    waitsFor.delete(activityId);
  }
}

/** An empty account, a spent budget: no attempt helps before a person has mended the cause. */
function reasonToWait(error: unknown): string | null {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === failureTypes.needsPerson ? cause.message : null;
}

/** Attempts that an outage used up; each round of them lasts minutes, so this is no busy loop. */
function isAway(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || error.retryState !== 'MAXIMUM_ATTEMPTS_REACHED') return false;
  const { cause } = error;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'HEARTBEAT';
  return cause instanceof ApplicationFailure && cause.type === failureTypes.unavailable;
}

/** The activity ended because it was asked to, whether it said so or broke off. */
const wasStopped = (error: unknown): boolean =>
  isCancellation(error) || (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED');

/** A cancelled run ends as cancelled, even where its worker is gone or its trainer broke off instead of saving. */
const asCancellation = (error: unknown): unknown =>
  isCancellation(error)
    ? error
    : new CancelledFailure('cancelled while an activity ran', [], error instanceof Error ? error : undefined);
