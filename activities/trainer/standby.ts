/**
 * A trainer that has imported its libraries, which takes it some ten seconds, and waits for its job: the next stretch,
 * or the next attempt after a crash, begins at once. It holds no accelerator. One for any number of trainers.
 */
import type { StretchJob } from '../../domain/trainer.ts';
import { standbyCommand, trainerCommand } from './command.ts';
import { giveJob, spawnTrainer, type Trainer } from './trainer-process.ts';

interface Standby {
  /** The waiting trainer, given the job in this file; a new one where none waits. */
  start(file: string): Trainer;
  /** Lets a trainer get ready for a job of the same kind as this one, if none waits. */
  prepare(job: Pick<StretchJob, 'threads' | 'model'>): void;
}

/**
 * @param graceMs from SIGTERM to SIGKILL, in milliseconds
 * @param signal ends the waiting trainer; without one, none ever waits
 */
export function createStandby(python: string, graceMs: number, signal?: AbortSignal): Standby {
  let waiting: Trainer | null = null;
  signal?.addEventListener('abort', () => waiting?.process.kill('SIGKILL'));
  return {
    start(file) {
      if (!waiting) return spawnTrainer(trainerCommand(python, file), graceMs);
      const trainer = waiting;
      waiting = null;
      giveJob(trainer, file);
      return trainer;
    },
    prepare({ threads, model }) {
      if (!signal || signal.aborted || waiting) return;
      const trainer = spawnTrainer(standbyCommand(python, { threads, model }), graceMs);
      waiting = trainer;
      void trainer.process.then(() => {
        if (waiting === trainer) waiting = null;
      });
    },
  };
}
