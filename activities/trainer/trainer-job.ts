/** Runs one job of the trainer that has no state to save: an export, a generation or a merging. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import type { ExportEncoderJob, ExportOnnxJob, MergeJob } from '../../domain/jobs/export.ts';
import type { GenerateJob } from '../../domain/jobs/generate.ts';
import type { TrainerEvent } from '../../domain/trainer.ts';
import { trainerCommand } from './command.ts';
import { runTrainer } from './trainer-process.ts';

export interface TrainerProcess {
  /** Python of the trainer's environment. */
  python: string;
  logger: Logger;
}

interface TrainerJobOptions {
  /** Where the job file is written. */
  folder: string;
  signal?: AbortSignal | undefined;
  onProgress?: (done: number, total: number) => void;
}

/** One batch of a large model with long answers is the longest silence. */
const stallMs = 30 * 60_000;
const graceMs = 5_000;

/**
 * Returns the paths that the job names as its outputs. Throws what `runTrainer` throws, or the signal's reason if it
 * aborted; either way the process is gone.
 */
export async function runTrainerJob(
  { python, logger }: TrainerProcess,
  job: ExportEncoderJob | ExportOnnxJob | GenerateJob | MergeJob,
  { folder, signal, onProgress }: TrainerJobOptions,
): Promise<Record<string, string>> {
  signal?.throwIfAborted();
  const file = join(folder, `${job.job}.json`);
  await writeFile(file, JSON.stringify(job));
  const onEvent = (event: TrainerEvent): void => {
    if (event.event === 'progress') onProgress?.(event.step, event.maxSteps);
  };
  const supervision = { logger, stallMs, graceMs };
  const options = { signal: signal ?? new AbortController().signal, onEvent };
  const end = await runTrainer(trainerCommand(python, file), supervision, options).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  if (end.state === 'finished') return end.outputs;
  throw new DermflowError(failureTypes.trainerCrashed, `${job.job}: the trainer was interrupted`);
}
