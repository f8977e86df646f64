/** Keeps a run in the store, where it is known after Temporal has forgotten it. */
import { CancellationScope, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import { patches } from '../domain/names.ts';
import type { RecordInput } from '../domain/run-record.ts';
import { recordBriefly, recordRun } from './activities.ts';
import { allowance } from './allowance.ts';
import { explain } from './failures.ts';
import type { Progress } from './progress.ts';

type End = NonNullable<RecordInput['end']>;

/**
 * Records the start of the run, does its work and records how it ended. A failed or cancelled run ends as such even where
 * the store does not take its record.
 */
export async function recorded<T>(
  method: string,
  recipe: RecordInput['recipe'],
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  const recordOf = (end: End | null): RecordInput => {
    const { budget } = allowance();
    const startedAt = workflowInfo().startTime.toISOString();
    return { method, recipe, ...(budget ? { budget } : {}), startedAt, end };
  };
  try {
    if (patched(patches.recordAtStart)) await recordRun(recordOf(null));
    const result = await work();
    const end: End = { state: 'COMPLETED', failure: null, result, progress: progress.now() };
    if (patched(patches.recordAtEnd)) await recordRun(recordOf(end));
    return result;
  } catch (error) {
    const end = endOf(error, progress);
    if (end !== null && patched(patches.recordAtEnd)) {
      await CancellationScope.nonCancellable(() => recordBriefly(recordOf(end))).catch(() => {});
    }
    throw error;
  }
}

/** Null for a defect of the workflow's code, which does not end the run. */
function endOf(error: unknown, progress: Progress): End | null {
  const common = { result: null, progress: progress.now() };
  if (isCancellation(error)) return { ...common, state: 'CANCELLED', failure: null };
  const failure = explain(error);
  return failure && { ...common, state: 'FAILED', failure };
}
