/** The one place where errors become Temporal's: types from one list, and retryable or not by type. */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { DermflowError } from '../domain/failures.ts';
import { withStrayFailures } from './stray.ts';

const defaultGraceMs = 10_000;

/** A `DermflowError` keeps its type; Temporal's own failures and anything unclassified pass as they are, retryable. */
export function asActivityFailure(error: unknown): unknown {
  if (error instanceof TemporalFailure || !(error instanceof DermflowError)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.type,
    nonRetryable: !error.retryable,
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
    ...(error.cause instanceof Error ? { cause: error.cause } : {}),
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
