/**
 * The trainer as a supervised child process. Its stdin is open as long as this process lives: when it closes, the trainer ends at once.
 * SIGTERM asks it to save and leave (exit 75); SIGKILL follows after the grace time.
 */
import { execa } from 'execa';
import type { Logger } from 'pino';
import { DermflowError, type FailureType, failureTypes } from '../../domain/failures.ts';
import { interruptedExitCode, type TrainerEvent, trainerEventSchema } from '../../domain/trainer.ts';
import { unsetSecrets } from '../../platform/variables/secrets.ts';
import { type Command, trainerPackage } from './command.ts';

interface Supervision {
  logger: Logger;
  /** Silence, in milliseconds, after which a trainer counts as stalled. */
  stallMs: number;
}

export type TrainerEnd = { state: 'finished'; outputs: Record<string, string> } | { state: 'interrupted' };

const failureOf: Record<Extract<TrainerEvent, { event: 'failed' }>['kind'], FailureType> = {
  'bad-input': failureTypes.userMistake,
  'out-of-memory': failureTypes.outOfMemory,
  diverged: failureTypes.diverged,
  error: failureTypes.trainerCrashed,
};
const stderrLinesKept = 40;

/** A trainer's process. */
export interface Trainer {
  process: ReturnType<typeof spawnProcess>;
  /** False once the process is gone. */
  isRunning: boolean;
  /** What it writes waits here until it is supervised. */
  lines: AsyncIterator<string>;
  /** The end of its stderr, once it is supervised; resolves when the process is gone. */
  stderr: Promise<string[]> | null;
}

/**
 * glibc gives large tensors back to the kernel when they are freed and asks for them again, zeroed page by page: a third
 * of a step's time on a CPU.
 */
export const keepFreedMemory = { MALLOC_MMAP_THRESHOLD_: String(2 ** 32), MALLOC_TRIM_THRESHOLD_: String(2 ** 32) };

/** The variables of a process that runs this checkout's trainer. */
export const trainerVariables = {
  PYTHONPATH: trainerPackage,
  // Paths may hold any letter, whatever the locale; another Python's library is not this one's.
  PYTHONUTF8: '1',
  PYTHONHOME: undefined,
  // A worker's, which would have all threads of a trainer wait for two heaps.
  MALLOC_ARENA_MAX: undefined,
  ...keepFreedMemory,
  ...unsetSecrets,
};

/** @param graceMs from SIGTERM to SIGKILL, in milliseconds: the longest step and the writing of a checkpoint */
export function spawnTrainer(command: Command, graceMs: number): Trainer {
  const process = spawnProcess(command, graceMs);
  // If it dies while a job is given to it, its exit says so.
  process.stdin.on('error', () => {});
  const trainer: Trainer = {
    process,
    isRunning: true,
    lines: process.iterable()[Symbol.asyncIterator](),
    stderr: null,
  };
  void process.then(() => {
    trainer.isRunning = false;
  });
  return trainer;
}

/** Sends a waiting trainer the path of its job. */
export const giveJob = ({ process }: Trainer, file: string): void => void process.stdin.write(`${file}\n`);

const spawnProcess = (command: Command, graceMs: number) =>
  execa(command.file, command.args, {
    env: {
      ...trainerVariables,
      // Under a launcher the ranks get as long to save as a single trainer; its own default is 30 s.
      TORCH_ELASTIC_SHUTDOWN_TIMEOUT: String(Math.ceil(graceMs / 1000)),
    },
    stdin: 'pipe',
    buffer: false,
    reject: false,
    forceKillAfterDelay: graceMs,
  });

export interface Watching {
  signal: AbortSignal;
  onEvent(event: TrainerEvent): void;
  /** Its job lets it stay: it is supervised to the end of the stretch, not of the process. */
  stays?: boolean;
}

/**
 * Supervises a trainer to its end. Returns how a good one ended; throws a DermflowError of the kind that it reported,
 * `TrainerStalled`, or `TrainerCrashed` with exit code or signal and the end of its stderr. Returns or throws only
 * after the process is gone, unless it finished and stays.
 */
export async function superviseTrainer(
  trainer: Trainer,
  { logger, stallMs }: Supervision,
  { signal, onEvent, stays = false }: Watching,
): Promise<TrainerEnd> {
  const { process, lines } = trainer;
  const stop = (): void => void process.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  let stalled = false;
  const watchdog = setTimeout(() => {
    stalled = true;
    process.kill('SIGKILL');
  }, stallMs);
  trainer.stderr ??= keepTail(process.iterable({ from: 'stderr' }), (line) =>
    logger.debug({ trainer: process.pid }, line),
  );
  let last: TrainerEvent | null = null;
  try {
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      last = parseEvent(line.value);
      watchdog.refresh();
      onEvent(last);
      if (stays && last.event === 'finished') return { state: 'finished', outputs: last.outputs };
    }
  } catch (error) {
    process.kill('SIGKILL');
    await process;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(watchdog);
  }
  const { exitCode, signal: endedBy } = await process;
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
  const end = endedBy ? `signal ${endedBy}` : `exit code ${exitCode}`;
  throw new DermflowError(
    failureTypes.trainerCrashed,
    `the trainer ended by ${end}; stderr: ${(await trainer.stderr).join(' | ')}`,
  );
}

/** Starts a trainer and supervises it to its end. */
export const runTrainer = (
  command: Command,
  { graceMs, ...supervision }: Supervision & { graceMs: number },
  options: Watching,
): Promise<TrainerEnd> => superviseTrainer(spawnTrainer(command, graceMs), supervision, options);

function parseEvent(line: string): TrainerEvent {
  try {
    return trainerEventSchema.parse(JSON.parse(line));
  } catch (error) {
    const message = `the trainer wrote "${line.slice(0, 80)}", which is not an event; are trainer and worker of one version?`;
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
