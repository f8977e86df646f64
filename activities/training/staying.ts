/**
 * Trainers that stay at the end of a stretch: the next stretch of the same plan goes on in the same process, with its
 * model, data and images where they are. One at a time, since it holds the accelerator. It is ended when another one is
 * wanted, or none for a minute; what it would have gone on from is in the store, so nothing is lost with it.
 */
import type { StretchJob } from '../../domain/trainer.ts';
import type { ScratchFolder } from '../scratch.ts';
import type { Trainer } from '../trainer/trainer-process.ts';

/** A checkpoint by its stage's key and the digest of its manifest. */
interface Position {
  stageKey: string;
  checkpoint: string;
}

/**
 * What an attempt at a stretch holds: its trainer with the newest job, and the folder of what that reads (rows, images, the
 * adapter that it began with). Null: not yet.
 */
export interface Held {
  trainer: Trainer | null;
  job: StretchJob | null;
  inputs: ScratchFolder | null;
}

interface StayingTrainers {
  /** The trainer that stands at this checkpoint; null where there is none. Any other one is ended first. */
  take(position: Position | null): Promise<Held | null>;
  keep(position: Position, held: Held): void;
}

const stayMs = 60_000;

/** @param signal ends the one that stays */
export function createStayingTrainers(signal: AbortSignal | undefined, waitMs = stayMs): StayingTrainers {
  let kept: { position: Position; held: Held; timer: NodeJS.Timeout } | null = null;
  const release = (): Held | null => {
    clearTimeout(kept?.timer);
    const held = kept?.held ?? null;
    kept = null;
    return held;
  };
  const end = async (): Promise<void> => {
    const held = release();
    if (held) await endHeld(held);
  };
  signal?.addEventListener('abort', () => void end(), { once: true });
  return {
    async take(position) {
      const { stageKey, checkpoint } = kept?.position ?? {};
      const fits = position?.stageKey === stageKey && position?.checkpoint === checkpoint;
      if (kept && fits && kept.held.trainer?.isRunning) return release();
      await end();
      return null;
    },
    keep(position, held) {
      const timer = setTimeout(() => void end(), waitMs);
      kept = { position, held, timer: timer.unref() };
    },
  };
}

/** Ends a trainer that still runs, as one that has finished, so that its trackers close their runs; removes what it read. */
export async function endHeld({ trainer, inputs }: Held): Promise<void> {
  trainer?.process.kill('SIGTERM');
  await trainer?.process;
  await inputs?.remove();
}
