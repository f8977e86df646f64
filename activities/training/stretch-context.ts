/** What a stretch of training is, and what an attempt at it works with. */
import type { Logger } from 'pino';
import type { TrainingState } from '../../domain/contracts/training.ts';
import type { Stage } from '../../domain/stages/index.ts';
import type { StretchJob, TrainerEvent } from '../../domain/trainer.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { TrainerEnd } from '../trainer/trainer-process.ts';
import type { CheckpointWork, RestoredCheckpoint } from './checkpoints.ts';

export interface Stretch extends CheckpointWork {
  stage: Stage;
  /** The base model on the hub with its commit; absent for a folder. */
  base?: string;
  maxSteps: number;
  /** Step after which the stretch began; its metrics are those after it. */
  startAt: number;
  stopAt: number;
  /** Whether a validation follows the last step. */
  validates: boolean;
  /** What decides the numbers of a validation by rewards; it decides none of the training. */
  validation?: { questions: number };
}

export interface StretchContext {
  store: ArtifactStore;
  logger: Logger;
  /** An empty folder for this attempt, and the one that it lies in. */
  folder: string;
  scratch: string;
  heartbeat(details: TrainingState): void;
  /** Aborts when the activity is cancelled. */
  signal: AbortSignal;
  /** Aborts when an unreachable store must no longer be waited for. */
  giveUp: AbortSignal;
  /** Makes the job that continues from a checkpoint, or begins; it writes below `output`. */
  prepare(restored: RestoredCheckpoint | null, output: string): Promise<StretchJob>;
  /** `stop` asks the trainer to save and leave. */
  train(job: StretchJob, onEvent: (event: TrainerEvent) => void, stop: AbortSignal): Promise<TrainerEnd>;
}
