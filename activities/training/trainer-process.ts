/**
 * The trainer as a supervised child process. Its stdin is a lifeline: if this process dies, the trainer ends at once.
 * SIGTERM asks it to save and leave (exit 75); SIGKILL follows after the grace time.
 */
import { execa } from 'execa';
import type { Logger } from 'pino';
import { DermflowError, type FailureType, failureTypes } from '../../domain/failures.ts';
import { interruptedExitCode, type TrainerEvent, trainerEventSchema } from '../../domain/trainer.ts';
import { type Command, trainerPackage } from './command.ts';

export interface Supervision {
  logger: Logger;
  /** Silence, in milliseconds, after which a trainer counts as stalled. */
  stallMs: number;
  /** From SIGTERM to SIGKILL, in milliseconds: the longest step and the writing of a checkpoint. */
  graceMs: number;
}

export type TrainerEnd = { state: 'finished'; outputs: Record<string, string> } | { state: 'interrupted' };

const failureOf: Record<Extract<TrainerEvent, { event: 'failed' }>['kind'], FailureType> = {
  'bad-input': failureTypes.userMistake,
  'out-of-memory': failureTypes.outOfMemory,
  diverged: failureTypes.diverged,
  error: failureTypes.trainerCrashed,
};
const stderrLinesKept = 40;

/** A trainer's process; what it writes waits until it is supervised. */
export type Trainer = ReturnType<typeof spawnTrainer>;

/**
 * glibc gives large tensors back to the kernel when they are freed and asks for them anew, zeroed page by page: a third
 * of a step's time on a CPU.
 */
export const keepFreedMemory = { MALLOC_MMAP_THRESHOLD_: String(2 ** 32), MALLOC_TRIM_THRESHOLD_: String(2 ** 32) };

/** @param graceMs see {@link Supervision} */
export const spawnTrainer = (command: Command, graceMs: number) =>
  execa(command.file, command.args, {
    env: {
      PYTHONPATH: trainerPackage,
      // Paths may hold any letter, whatever the locale; another Python's library is not this one's.
      PYTHONUTF8: '1',
      PYTHONHOME: undefined,
      // Under a launcher the ranks get as long to save as a single trainer; its own default is 30 s.
      TORCH_ELASTIC_SHUTDOWN_TIMEOUT: String(Math.ceil(graceMs / 1000)),
      ...keepFreedMemory,
    },
    stdin: 'pipe',
    buffer: false,
    reject: false,
    forceKillAfterDelay: graceMs,
  });

/**
 * Sees a trainer to its end. Returns how it ended well; throws a DermflowError of the kind that it reported,
 * `TrainerStalled`, or `TrainerCrashed` with exit code or signal and the end of its stderr. Returns or throws only
 * after the process is gone.
 */
export async function superviseTrainer(
  trainer: Trainer,
  { logger, stallMs }: Supervision,
  options: { signal: AbortSignal; onEvent: (event: TrainerEvent) => void },
): Promise<TrainerEnd> {
  const stop = (): void => void trainer.kill('SIGTERM');
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();

  let stalled = false;
  const watchdog = setTimeout(() => {
    stalled = true;
    trainer.kill('SIGKILL');
  }, stallMs);
  const stderr = keepTail(trainer.iterable({ from: 'stderr' }), (line) => logger.debug({ trainer: trainer.pid }, line));
  let last: TrainerEvent | null = null;
  try {
    for await (const line of trainer.iterable()) {
      last = parseEvent(line);
      watchdog.refresh();
      options.onEvent(last);
    }
  } catch (error) {
    trainer.kill('SIGKILL');
    throw error;
  } finally {
    options.signal.removeEventListener('abort', stop);
    clearTimeout(watchdog);
    await trainer;
  }
  const { exitCode, signal } = await trainer;
  if (last?.event === 'finished' && exitCode === 0) return { state: 'finished', outputs: last.outputs };
  if (last?.event === 'interrupted' || exitCode === interruptedExitCode) return { state: 'interrupted' };
  if (stalled) {
    throw new DermflowError(
      failureTypes.trainerStalled,
      `the trainer was silent for ${stallMs / 1000} s and was ended`,
    );
  }
  if (last?.event === 'failed') {
    throw new DermflowError(failureOf[last.kind], `trainer: ${last.message}`);
  }
  const end = signal ? `signal ${signal}` : `exit code ${exitCode}`;
  throw new DermflowError(
    failureTypes.trainerCrashed,
    `the trainer ended by ${end}; stderr: ${(await stderr).join(' | ')}`,
  );
}

/** Starts a trainer and sees it to its end. */
export const runTrainer = (
  command: Command,
  supervision: Supervision,
  options: Parameters<typeof superviseTrainer>[2],
): Promise<TrainerEnd> => superviseTrainer(spawnTrainer(command, supervision.graceMs), supervision, options);

function parseEvent(line: string): TrainerEvent {
  try {
    return trainerEventSchema.parse(JSON.parse(line));
  } catch (error) {
    const message = `the trainer wrote "${line.slice(0, 80)}", which is no event; are trainer and worker of one version?`;
    throw new DermflowError(failureTypes.trainerCrashed, message, { cause: error });
  }
}

async function keepTail(lines: AsyncIterable<string>, log: (line: string) => void): Promise<string[]> {
  const tail: string[] = [];
  for await (const line of lines) {
    log(line);
    tail.push(line);
    if (tail.length > stderrLinesKept) tail.shift();
  }
  return tail;
}
