/** The one place where errors become Temporal's: types from one list, and retryable or not by type. */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { DermflowError } from '../domain/failures.ts';
import { withStrayFailures } from './stray.ts';

const defaultGraceMs = 10_000;

/**
 * Characters of a message, and so of the stack that repeats it. Temporal takes 2 MB of a failure and of a longer one
 * nothing: the activity would end by its timeout, without its words and whatever its type.
 */
const longest = 10_000;

/** The beginning and the end, where the end of a trainer's stderr stands. */
const brief = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest / 2)} … ${text.slice(-longest / 2)}`;

function withinLimits(error: Error): Error {
  const cause = error.cause instanceof Error ? withinLimits(error.cause) : error.cause;
  if (error.message.length <= longest && cause === error.cause) return error;
  return Object.assign(new Error(brief(error.message), { cause }), { name: error.name });
}

/** A `DermflowError` keeps its type; Temporal's own failures and anything unclassified pass as they are, retryable. */
export function asActivityFailure(error: unknown): unknown {
  if (error instanceof TemporalFailure) return error;
  if (!(error instanceof DermflowError)) return error instanceof Error ? withinLimits(error) : error;
  return ApplicationFailure.create({
    message: brief(error.message),
    type: error.type,
    nonRetryable: !error.retryable,
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
    ...(error.cause instanceof Error ? { cause: withinLimits(error.cause) } : {}),
  });
}

/**
 * The same activities, their errors turned by `asActivityFailure`, failing by rejections that nobody handled.
 *
 * @param graceMs from such a rejection to the activity's failure, if its work does not end by itself
 */
export function withActivityFailures<T extends object>(activities: T, graceMs = defaultGraceMs): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await withStrayFailures(() => activity(...args), graceMs);
      } catch (error) {
        throw asActivityFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T; // the same names and signatures
}
