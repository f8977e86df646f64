/**
 * Heartbeats of activities that count what they have done.
 *
 * They are sent by a timer, whether or not something moves, because Temporal's timeout asks whether the machine lives:
 * it is half a minute, and work may be quiet for far longer with good reason (the digest of a large file, a long
 * generation, a reward that asks a model). What silence means depends on what is waited for, and each has a limit of its
 * own: a connection to the store (store/s3.ts), to a language model (llm/wire.ts), a trainer, a reward. So a stalled
 * transfer ends by its connection's limit and is asked for again, and each heartbeat says since when nothing moved, so
 * that `status` can say it.
 */
import { Context } from '@temporalio/activity';
import type { WorkHeartbeat } from '../domain/heartbeats.ts';
import { MotionMeter } from './motion.ts';

export type WorkProgress = Pick<WorkHeartbeat, 'phase' | 'done' | 'total'>;

const intervalMs = 2_000;

/**
 * Runs `work` with a heartbeat every two seconds that carries its newest progress and what moves. The signal aborts when
 * the activity is cancelled or its worker shuts down.
 */
export async function withHeartbeats<T>(
  work: (report: (progress: WorkProgress) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const motion = new MotionMeter();
  let latest: WorkProgress = { phase: 'starting', done: 0, total: 0 };
  const report = (progress: WorkProgress): void => {
    // The same progress again is no movement.
    if (progress.phase !== latest.phase || progress.done !== latest.done) motion.note();
    latest = progress;
  };
  const beat = (): void => context.heartbeat({ ...latest, ...motion.state() } satisfies WorkHeartbeat);
  beat();
  const timer = setInterval(beat, intervalMs);
  try {
    return await motion.follow(() => work(report, context.cancellationSignal));
  } finally {
    clearInterval(timer);
  }
}
