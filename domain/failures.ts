/**
 * The one list of failure types that cross a boundary (activity to workflow, workflow to client, service to CLI).
 * Retrying the same input cannot help with those of `finalFailures`.
 */
export const failureTypes = {
  /** A recipe, file or flag that only its author can mend. CLI exit code 2. */
  userMistake: 'UserMistake',
  /** A server, port, disk or endpoint that is not there (yet), or that people must mend first. CLI exit code 3. Retried within a run. */
  unavailable: 'Unavailable',
  /** Bytes in the store differ from their digest, or an artifact is incomplete. */
  corrupt: 'Corrupt',
  /** More rows or images are unusable than `data.maxBadShare` allows. CLI exit code 2. */
  badData: 'BadData',
  /** The trainer process ended without having finished; the next attempt resumes from the newest checkpoint. */
  trainerCrashed: 'TrainerCrashed',
  /** The trainer gave no sign of life for the stall limit and was ended; resumed like a crash. */
  trainerStalled: 'TrainerStalled',
  /** Loss or gradient became NaN or infinite. */
  diverged: 'Diverged',
  /** The accelerator's memory did not suffice; the message names the setting to lower. */
  outOfMemory: 'OutOfMemory',
  /** Too many malformed or refused LLM outputs; the run ends, and `resume` asks for those again. */
  llm: 'LlmFailure',
  /** An empty account, a spent budget: the run waits until a person has mended the cause and says `resume`. */
  needsPerson: 'NeedsPerson',
} as const;

export type FailureType = (typeof failureTypes)[keyof typeof failureTypes];

/** Types that Temporal must not retry. */
export const finalFailures: readonly FailureType[] = [
  failureTypes.userMistake,
  failureTypes.badData,
  failureTypes.diverged,
  failureTypes.outOfMemory,
];

/** CLI exit codes, as README.md lists them. */
export const exitCodes = { done: 0, failedRun: 1, userMistake: 2, unavailable: 3 } as const;

/**
 * An error whose message is one line for a person: what failed, which file, row or field, and what to do.
 * Activities turn it into an `ApplicationFailure` of the same type; the CLI prints the line and exits.
 */
export class DermflowError extends Error {
  readonly type: FailureType;
  /** How long the other side asks to be left alone, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;

  readonly #final: boolean;

  /** @param options.final that this failure will not go by itself, whatever others of its type do */
  constructor(
    type: FailureType,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null; final?: boolean } = {},
  ) {
    super(message, options);
    this.name = 'DermflowError';
    this.type = type;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.#final = options.final ?? false;
  }

  get retryable(): boolean {
    return !this.#final && !finalFailures.includes(this.type);
  }
}

export const userMistake = (message: string, cause?: unknown): DermflowError =>
  new DermflowError(failureTypes.userMistake, message, { cause });

export const unavailable = (message: string, cause?: unknown): DermflowError =>
  new DermflowError(failureTypes.unavailable, message, { cause });

/** Ends no run, and no attempt helps: the workflow waits (workflows/attempts.ts). */
export const needsPerson = (message: string, cause?: unknown): DermflowError =>
  new DermflowError(failureTypes.needsPerson, message, { cause, final: true });

export const corrupt = (message: string, cause?: unknown): DermflowError =>
  new DermflowError(failureTypes.corrupt, message, { cause });

/** Exit code for a failure type seen by the CLI. */
export function exitCodeOf(type: string | null | undefined): number {
  if (type === failureTypes.userMistake || type === failureTypes.badData) return exitCodes.userMistake;
  if (type === failureTypes.unavailable) return exitCodes.unavailable;
  return exitCodes.failedRun;
}
