/** How long the workflow insists: a service or machine that is away is waited for; any other failure is final after its attempts. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  defineSignal,
  isCancellation,
  setHandler,
  TimeoutFailure,
} from '@temporalio/workflow';
import { failureTypes } from '../domain/failures.ts';
import { signals } from '../domain/names.ts';

export const retryNow = defineSignal<[activityIds: string[]]>(signals.retryNow);

const pending = new Map<string, () => void>();

/** Lets the `retryNow` signal schedule the named activities anew, so that none of them sits out its back-off. */
export function listenForRetryNow(): void {
  setHandler(retryNow, (activityIds) => {
    for (const id of activityIds) pending.get(id)?.();
  });
}

/** Runs an activity, again as often as its service or machine was away or `retryNow` named it. */
export async function persistently<T>(activityId: string, schedule: () => Promise<T>): Promise<T> {
  for (;;) {
    const attempts = new CancellationScope();
    let scheduleAnew = false;
    pending.set(activityId, () => {
      scheduleAnew = true;
      attempts.cancel();
    });
    try {
      return await attempts.run(schedule);
    } catch (error) {
      const cancelled = CancellationScope.current().consideredCancelled;
      if (cancelled || !(isAway(error) || (scheduleAnew && isCancellation(error)))) throw error;
    } finally {
      pending.delete(activityId);
    }
  }
}

/** Attempts that were used up by an outage; each round of them lasts minutes, so this does not spin. */
function isAway(error: unknown): boolean {
  if (!(error instanceof ActivityFailure) || error.retryState !== 'MAXIMUM_ATTEMPTS_REACHED') return false;
  const { cause } = error;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'HEARTBEAT';
  return cause instanceof ApplicationFailure && cause.type === failureTypes.unavailable;
}
