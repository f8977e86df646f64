/** An activity in a line: what it does, what moves, since when nothing did, why it is tried again. */

import pc from 'picocolors';
import prettyMs from 'pretty-ms';
import type { TrainingHeartbeat } from '../../domain/contracts/training.ts';
import type { Transfer, WorkHeartbeat } from '../../domain/heartbeats.ts';
import type { PendingActivity } from './run-status.ts';

export function describeActivity(activity: PendingActivity): string {
  const { state, attempt, lastFailure, nextAttemptIn, training, work } = activity;
  const parts: string[] = [];
  const still = stillness(activity);
  if (still !== null) parts.push(pc.yellow(still));
  else if (training) parts.push(describeTraining(training));
  else if (work) parts.push(describeWork(work));
  else parts.push(state === 'waiting' ? 'waits for a worker' : state);
  if (attempt > 1) parts.push(pc.yellow(`attempt ${attempt}`));
  if (nextAttemptIn !== null) parts.push(pc.yellow(`next in ${Math.ceil(nextAttemptIn)} s`));
  if (lastFailure !== null) parts.push(pc.yellow(lastFailure));
  const name = activity.workflow.includes('/') ? `${activity.workflow.split('/').at(-1)}: ` : '';
  return name + parts.join('  ');
}

/** Silence, in milliseconds, that is worth a word. */
const longSilenceMs = 60_000;

/**
 * Since when nothing has moved and what stands still, where that is worth a word; null otherwise.
 *
 * @param round how a silence is shown
 */
export function stillness(
  { state, training, work }: PendingActivity,
  round: (ms: number) => number = (ms) => ms,
): string | null {
  const beat = training ?? work;
  if (state !== 'running' || !beat) return null;
  // A step of a large model takes minutes, which is no silence.
  const pace = training?.phase === 'training' ? 3_000 * (training.secondsPerStep ?? 0) : 0;
  if (beat.silentMs < Math.max(longSilenceMs, pace)) return null;
  const what = training ? describeTraining(training) : work ? describeWork(work) : '';
  return `no progress for ${lasting(round(beat.silentMs))}: ${what}`;
}

/** A file that is on its way says more than a count that stands; beside both a count that moves. */
function describeWork({ phase, done, total, transfer }: WorkHeartbeat): string {
  if (transfer && total === 0) return describeTransfer(transfer);
  const counted = `${phase}${total > 0 ? ` ${done}/${total}` : ''}`;
  return transfer && isLarge(transfer) ? `${counted}  ${describeTransfer(transfer)}` : counted;
}

const shownValues = ['loss', 'reward', 'kl'] as const;

function describeTraining(beat: TrainingHeartbeat): string {
  const { phase, step, maxSteps, stopAt, checkpoint, values, secondsPerStep, waitsFor, transfer } = beat;
  if (phase !== 'training' && transfer) return `${describeTransfer(transfer)}, step ${step}/${maxSteps}`;
  const parts = [phase === 'training' ? `step ${step}/${maxSteps}` : `${phase}, step ${step}/${maxSteps}`];
  for (const name of shownValues) {
    const value = values[name];
    if (typeof value === 'number') parts.push(`${name} ${value.toPrecision(3)}`);
  }
  if (checkpoint !== null) parts.push(`saved ${checkpoint}`);
  if (secondsPerStep !== null && stopAt > step) {
    parts.push(`${prettyMs(1000 * secondsPerStep * (stopAt - step), { secondsDecimalDigits: 0 })} to step ${stopAt}`);
  }
  if (waitsFor !== null) parts.push(pc.yellow(`checkpoint waits: ${waitsFor}`));
  else if (transfer && transfer.silentMs >= longSilenceMs) {
    parts.push(pc.yellow(`no progress for ${lasting(transfer.silentMs)}: ${describeTransfer(transfer)}`));
  }
  return parts.join('  ');
}

const largeBytes = 1e8;
const isLarge = ({ total }: Transfer): boolean => total >= largeBytes;

/** `downloading model.safetensors, 1.2 of 15.0 GB` */
function describeTransfer({ way, name, done, total }: Transfer): string {
  const [unit, bytes] = units.find(([, size]) => total >= size) ?? ['kB', 1e3];
  return `${way} ${name}, ${(done / bytes).toFixed(1)} of ${(total / bytes).toFixed(1)} ${unit}`;
}

const units = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
] as const;

/** `4 min`; whole units, so that a display does not flicker. */
function lasting(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
