/**
 * Trainers that stay at the end of a stretch: the next stretch of the same plan goes on in the same process, with its
 * model, data and images where they are. One at a time, since it holds the accelerator; whoever wants another one, or
 * none for a minute, ends it. What it would have gone on from is in the store, so nothing is lost with it.
 */
import type { GrpoJob, SftJob } from '../../domain/trainer.ts';
import type { ScratchFolder } from '../scratch.ts';
import type { Trainer } from '../trainer/trainer-process.ts';

/** A checkpoint by its stage's key and the digest of its manifest. */
export interface Position {
  stageKey: string;
  checkpoint: string;
}

/** A trainer with its newest job, and the folder of what it reads: rows, images, the adapter that it began with. */
export interface Seated {
  trainer: Trainer;
  job: SftJob | GrpoJob;
  inputs: ScratchFolder | null;
}

export interface StayingTrainers {
  /** The trainer that stands at this checkpoint; null where there is none. Any other one is ended first. */
  take(position: Position | null): Promise<Seated | null>;
  keep(position: Position, seated: Seated): void;
}

export const stayMs = 60_000;

/** @param signal ends the one that stays */
export function createStayingTrainers(signal: AbortSignal | undefined, waitMs = stayMs): StayingTrainers {
  let kept: { position: Position; seated: Seated; timer: NodeJS.Timeout } | null = null;
  const release = (): Seated | null => {
    clearTimeout(kept?.timer);
    const seated = kept?.seated ?? null;
    kept = null;
    return seated;
  };
  const end = async (): Promise<void> => {
    const seated = release();
    if (seated) await endSeated(seated);
  };
  signal?.addEventListener('abort', () => void end(), { once: true });
  return {
    async take(position) {
      const { stageKey, checkpoint } = kept?.position ?? {};
      const fits = position?.stageKey === stageKey && position?.checkpoint === checkpoint;
      if (kept && fits && kept.seated.trainer.isRunning) return release();
      await end();
      return null;
    },
    keep(position, seated) {
      const timer = setTimeout(() => void end(), waitMs);
      kept = { position, seated, timer: timer.unref() };
    },
  };
}

/** Ends a trainer that still runs, as one that has finished, so that its trackers are told; removes what it read. */
export async function endSeated({ trainer, inputs }: Seated): Promise<void> {
  trainer.process.kill('SIGTERM');
  await trainer.process;
  await inputs?.remove();
}
