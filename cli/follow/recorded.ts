/** Runs by their records in the store: what Temporal has forgotten, and what only workers would answer. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { findRecords } from '../../activities/run-records.ts';
import type { RunInput, RunResult } from '../../domain/contracts/run.ts';
import { unavailable, userMistake } from '../../domain/failures.ts';
import { type RunRecord, runResultSchema } from '../../domain/run-record.ts';
import { grpcStatus, isGrpcStatus } from '../../platform/grpc.ts';
import { handleOf, inputOf } from '../runs.ts';
import type { Session } from '../session.ts';
import { recordedRecipe } from './recorded-recipe.ts';
import { type RunStatus, statusOf } from './run-status.ts';

/** State of a run whose end nobody recorded: it was terminated, timed out, or deleted while it was open. */
export const unknownState = 'UNKNOWN';

export interface KnownStatus extends RunStatus {
  /** Whether Temporal has forgotten the run; then this is what its record says. */
  forgotten: boolean;
}

type Asked = Pick<Session, 'client' | 'store' | 'workers'>;

/** Where a run is, by Temporal or, when that has forgotten it, by its record. */
export async function knownStatusOf(session: Asked, run: string): Promise<KnownStatus> {
  const { client, workers } = session;
  try {
    const recorded = async (execution: string) => {
      const records = await recordsOf(session, run).catch(() => []);
      return records.find((record) => record.execution === execution)?.end?.progress ?? null;
    };
    return { ...(await statusOf(client, run, { workers, recorded })), forgotten: false };
  } catch (error) {
    return { ...statusByRecord(await recordOf(session, run, error)), forgotten: true };
  }
}

function statusByRecord({ run, method, startedAt, end }: RunRecord): RunStatus {
  return {
    ...{ run, method, startedAt, state: end?.state ?? unknownState, closedAt: end?.closedAt ?? null },
    ...{ progress: end?.progress ?? null, pending: [], stuck: null },
    ...{ failure: end?.failure?.message ?? null, failureType: end?.failure?.type ?? null },
  };
}

/** The result of a completed run. Throws a user's mistake for one that is not completed. */
export async function knownResultOf(session: Asked, run: string): Promise<RunResult> {
  const handle = handleOf(session.client, run);
  const noReport = (state: string): Error =>
    userMistake(
      `run ${run} is ${state.toLowerCase()} and has no report yet; "dermflow status ${run}" says where it is`,
    );
  const description = await handle.describe().catch((error: unknown) => ({ error }));
  if ('error' in description) {
    const { end } = await recordOf(session, run, description.error);
    const result = runResultSchema.safeParse(end?.result);
    if (result.success) return result.data;
    throw noReport(end?.state ?? unknownState);
  }
  if (description.status.name !== 'COMPLETED') throw noReport(description.status.name);
  return handle.result();
}

/** What a run was started with. */
export async function knownInputOf(session: Asked, run: string): Promise<RunInput> {
  try {
    return await inputOf(session.client, run);
  } catch (error) {
    const { recipe, budget } = await recordOf(session, run, error);
    return { recipe: recordedRecipe(run, recipe), ...(budget ? { budget } : {}) };
  }
}

/**
 * Whether Temporal has forgotten a run that is finished, as its record says. Where that cannot be read `warn` gets the reason, and
 * the run counts as new.
 */
export async function isForgottenAndFinished(
  session: Asked,
  run: string,
  warn: (line: string) => void,
): Promise<boolean> {
  const known = await handleOf(session.client, run)
    .describe()
    .catch((error: unknown) => {
      if (!isUnknown(error)) throw error;
      return null;
    });
  if (known) return false;
  const records = await recordsOf(session, run).catch((reason: unknown) => {
    const words = reason instanceof Error ? reason.message : String(reason);
    warn(`run "${run}" is started as a new one; whether it has a record cannot be read: ${words}`);
    return [];
  });
  return records[0]?.end?.state === 'COMPLETED';
}

/** The record of the newest execution. Throws `error` unless that says that Temporal does not know the run, or there is no record. */
async function recordOf(session: Asked, run: string, error: unknown): Promise<RunRecord> {
  if (!isUnknown(error)) throw error;
  const records = await recordsOf(session, run).catch((reason: unknown) => {
    const words = reason instanceof Error ? reason.message : String(reason);
    throw unavailable(`Temporal knows no run "${run}", and its record cannot be read: ${words}`, reason);
  });
  const [record] = records;
  if (!record) throw error;
  return record;
}

/** Whether Temporal says that it does not know a run. The SDK has its own error for some of its questions only. */
export const isUnknown = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError || isGrpcStatus(error, grpcStatus.NOT_FOUND);

const recordsOf = async ({ client, store }: Asked, run: string): Promise<RunRecord[]> =>
  findRecords(await store(), run, client.options.namespace);
