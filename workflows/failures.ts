/** How a workflow ends that cannot go on: one `ApplicationFailure` with the type and the words of what stopped it. */
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { DermflowError, failureTypes } from '../domain/failures.ts';

/** Type and words of the failure at the root; null for a defect of the workflow's own code. */
export function explain(error: unknown): { type: string; message: string } | null {
  if (error instanceof DermflowError) return { type: error.type, message: error.message };
  if (error instanceof ApplicationFailure) return { type: error.type ?? 'Error', message: error.message };
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) {
    const { timeoutType } = error.cause;
    const message = `${error.activityType}: no result from its worker in time (${timeoutType})`;
    return { type: failureTypes.unavailable, message };
  }
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    return explain(error.cause) ?? { type: error.name, message: error.cause?.message ?? error.message };
  }
  return null;
}

/**
 * Ends the workflow with the failure at the root of what `work` throws. Cancellation passes through, and so does a
 * defect of the workflow's code, which then waits for a mended worker instead of failing the run.
 */
export async function concluding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = isCancellation(error) ? null : explain(error);
    if (reason === null) throw error;
    throw ApplicationFailure.create({
      ...reason,
      nonRetryable: true,
      ...(error instanceof Error ? { cause: error } : {}),
    });
  }
}
