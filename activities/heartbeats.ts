/** Heartbeats of activities that count what they have done. */
import { Context } from '@temporalio/activity';

export interface WorkProgress {
  phase: string;
  done: number;
  total: number;
}

const intervalMs = 2_000;

/**
 * Runs `work` with a heartbeat every two seconds that carries its newest progress. The signal aborts when the activity
 * is cancelled or its worker shuts down.
 */
export async function withHeartbeats<T>(
  work: (report: (progress: WorkProgress) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let latest: WorkProgress = { phase: 'starting', done: 0, total: 0 };
  context.heartbeat(latest);
  const timer = setInterval(() => context.heartbeat(latest), intervalMs);
  try {
    return await work((progress) => {
      latest = progress;
    }, context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
