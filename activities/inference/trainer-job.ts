/** Runs one job of the trainer that has no state to save: an export or a generation. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Logger } from 'pino';
import { DermflowError, type FailureType, failureTypes } from '../../domain/failures.ts';
import { type ExportOnnxJob, type GenerateJob, type TrainerEvent, trainerEventSchema } from '../../domain/trainer.ts';

export interface TrainerProcess {
  /** Python of the trainer's environment. */
  python: string;
  logger: Logger;
}

const failureOf: Record<Extract<TrainerEvent, { event: 'failed' }>['kind'], FailureType> = {
  'bad-input': failureTypes.userMistake,
  'out-of-memory': failureTypes.outOfMemory,
  diverged: failureTypes.diverged,
  error: failureTypes.trainerCrashed,
};
const trainerPackage = fileURLToPath(new URL('../../trainer', import.meta.url));
const stderrLinesKept = 20;

/**
 * Returns the paths that the job names as its outputs. Throws a DermflowError of the kind that the trainer reports, or
 * `TrainerCrashed` with the end of its stderr; the signal's reason once it aborts and the process is gone.
 */
export async function runTrainerJob(
  { python, logger }: TrainerProcess,
  job: ExportOnnxJob | GenerateJob,
  options: { folder: string; signal?: AbortSignal | undefined; onProgress?: (done: number, total: number) => void },
): Promise<Record<string, string>> {
  options.signal?.throwIfAborted();
  const file = join(options.folder, `${job.stage}.json`);
  await writeFile(file, JSON.stringify(job));
  const trainer = execa(python, ['-m', 'dermflow_trainer', file], {
    env: { PYTHONPATH: trainerPackage },
    stdin: 'pipe', // left open: its end tells the trainer that this process is gone
    buffer: false,
    reject: false,
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  const stderr: string[] = [];
  const logged = (async () => {
    for await (const line of trainer.iterable({ from: 'stderr' })) {
      logger.debug({ stage: job.stage }, line);
      stderr.push(line);
      if (stderr.length > stderrLinesKept) stderr.shift();
    }
  })();
  let last: TrainerEvent | null = null;
  for await (const line of trainer.iterable()) {
    last = trainerEventSchema.parse(JSON.parse(line));
    if (last.event === 'progress') options.onProgress?.(last.step, last.maxSteps);
  }
  await logged;
  const { exitCode, signal } = await trainer;
  options.signal?.throwIfAborted();
  if (last?.event === 'finished' && exitCode === 0) return last.outputs;
  if (last?.event === 'failed') throw new DermflowError(failureOf[last.kind], `trainer, ${job.stage}: ${last.message}`);
  const end = signal ? `signal ${signal}` : `exit code ${exitCode}`;
  const message = `trainer, ${job.stage}: ended by ${end}; last lines of stderr: ${stderr.join(' | ')}`;
  throw new DermflowError(failureTypes.trainerCrashed, message);
}
