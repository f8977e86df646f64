/** Where a run is: what it says of itself, what its activities are doing, what they wait for. */
import {
  type Client,
  QueryNotRegisteredError,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure, type ProtoFailure } from '@temporalio/common';
import type { RunProgress } from '../../domain/contracts/run.ts';
import { type TrainingHeartbeat, trainingHeartbeatSchema } from '../../domain/contracts/training.ts';
import { type WorkHeartbeat, workHeartbeatSchema } from '../../domain/heartbeats.ts';
import { methodOfWorkflow } from '../../domain/methods/index.ts';
import { memo, queries } from '../../domain/names.ts';
import { decodeFailure, decodePayload } from '../../platform/data-converter.ts';
import { grpcStatus, isGrpcStatus } from '../../platform/grpc.ts';
import { handleOf } from '../runs.ts';

/** An activity that runs or waits for its next attempt. */
export interface PendingActivity {
  /** Run or evaluation that it belongs to. */
  workflow: string;
  id: string;
  /** `waiting`: for a worker; `retrying`: for the end of its pause after a failed attempt. */
  state: 'running' | 'waiting' | 'retrying' | 'cancelling';
  attempt: number;
  /** One line of the last failed attempt. */
  lastFailure: string | null;
  /** Until the next attempt, in seconds. */
  nextAttemptIn: number | null;
  training: TrainingHeartbeat | null;
  work: WorkHeartbeat | null;
}

export interface RunStatus {
  run: string;
  /** Name of its method; the type of a workflow that is no run of ours. */
  method: string;
  /** Temporal's word: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT. */
  state: string;
  startedAt: string;
  closedAt: string | null;
  /** Null where no orchestrator worker answers. */
  progress: RunProgress | null;
  pending: PendingActivity[];
  /** For whom an open run waits, in words; absent where it goes on by itself. */
  waits?: string;
  /** Why the workflow itself does not go on, e.g. code that does not fit its history; null where it does. */
  stuck: string | null;
  failure: string | null;
  /** Type of the failure, from domain/failures.ts; null unless the run failed. */
  failureType: string | null;
}

/** By its memo, which asks no worker. */
export function waitsOf({ memo: said }: { memo?: Record<string, unknown> | undefined }): Pick<RunStatus, 'waits'> {
  const waits = said?.[memo.waits];
  return typeof waits === 'string' ? { waits } : {};
}

interface Sources {
  /** Whether workers may be there to answer. */
  workers?: boolean;
  /** What the record of a closed execution says where no worker answers. */
  recorded?(execution: string): Promise<RunProgress | null>;
}

export async function statusOf(
  client: Client,
  run: string,
  { workers = true, recorded = async () => null }: Sources = {},
): Promise<RunStatus> {
  const handle = handleOf(client, run);
  const description = await handle.describe();
  const state = description.status.name;
  const open = state === 'RUNNING';
  const children = open ? (description.raw.pendingChildren ?? []).flatMap((child) => child.workflowId ?? []) : [];
  const described = await Promise.all(children.map((child) => describeIfOpen(client, child)));
  const [answered, failure] = await Promise.all([
    workers ? progressOf(client, run) : null,
    open ? null : failureOf(client, run),
  ]);
  const progress = answered ?? (open ? null : await recorded(description.runId));
  const known = [description, ...described.filter((each) => each !== null)];
  const pending = await Promise.all(known.map((each) => pendingOf(client, each)));
  return {
    run,
    method: methodOfWorkflow(description.type)?.name ?? description.type,
    state,
    startedAt: description.startTime.toISOString(),
    closedAt: description.closeTime?.toISOString() ?? null,
    progress,
    pending: pending.flat(),
    ...(open ? waitsOf(description) : {}),
    stuck: await failingTaskOf(client, description),
    failure: failure?.message ?? progress?.failure ?? null,
    failureType: failure?.type ?? null,
  };
}

/** A workflow task that fails is tried again forever; Temporal calls the run open all that time. */
async function failingTaskOf(client: Client, { raw, workflowId, runId }: WorkflowExecutionDescription) {
  const attempt = raw.pendingWorkflowTask?.attempt ?? 0;
  if (attempt < 2) return null;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 10,
  });
  const failed = history?.events?.find((event) => event.workflowTaskFailedEventAttributes);
  const words = await firstLineOf(client, failed?.workflowTaskFailedEventAttributes?.failure);
  return `its workflow task has failed ${attempt - 1} times: ${words ?? 'no worker said why'}`;
}

/** A child may end between two questions. */
const describeIfOpen = (client: Client, child: string): Promise<WorkflowExecutionDescription | null> =>
  handleOf(client, child)
    .describe()
    .catch(() => null);

/** How long a worker may take to answer; a display that waits longer would look dead. */
const answerWithinMs = 4_000;
const { CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION } = grpcStatus;

async function progressOf(client: Client, run: string): Promise<RunProgress | null> {
  try {
    const query = (): Promise<RunProgress> => handleOf(client, run).query<RunProgress>(queries.progress);
    return await client.withDeadline(Date.now() + answerWithinMs, query);
  } catch (error) {
    // No worker, or a workflow that has not yet come to its first line.
    const unanswered = isGrpcStatus(error, CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION);
    if (error instanceof QueryNotRegisteredError || unanswered) return null;
    throw error;
  }
}

async function failureOf(client: Client, run: string): Promise<{ type: string; message: string } | null> {
  try {
    await handleOf(client, run).result();
    return null;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    const type = cause instanceof ApplicationFailure ? (cause.type ?? 'Error') : (cause?.name ?? error.name);
    return { type, message: cause?.message ?? error.message };
  }
}

const firstLineOf = async (client: Client, failure: ProtoFailure | null | undefined): Promise<string | null> =>
  (await decodeFailure(client, failure))?.split('\n', 1)[0] ?? null;

function pendingOf(client: Client, description: WorkflowExecutionDescription): Promise<PendingActivity[]> {
  const activities = (description.raw.pendingActivities ?? []).map(async (activity): Promise<PendingActivity> => {
    const heartbeat = (await decodePayload(client, activity.heartbeatDetails?.payloads?.[0])) ?? null;
    const training = trainingHeartbeatSchema.safeParse(heartbeat);
    const work = workHeartbeatSchema.safeParse(heartbeat);
    const next = secondsUntil(activity.nextAttemptScheduleTime);
    return {
      workflow: description.workflowId,
      id: activity.activityId ?? '',
      state: stateOf(Number(activity.state), activity.attempt ?? 1),
      attempt: activity.attempt ?? 1,
      lastFailure: await firstLineOf(client, activity.lastFailure),
      nextAttemptIn: next !== null && next > 0 ? next : null,
      training: training.success ? training.data : null,
      work: work.success ? work.data : null,
    };
  });
  return Promise.all(activities);
}

/** @param state `PendingActivityState`: 1 scheduled, 2 started, 3 cancel requested */
function stateOf(state: number, attempt: number): PendingActivity['state'] {
  if (state === 3) return 'cancelling';
  if (state === 2) return 'running';
  return attempt > 1 ? 'retrying' : 'waiting';
}

type Timestamp = { seconds?: { toString(): string } | null; nanos?: number | null };

function secondsUntil(time: Timestamp | null | undefined): number | null {
  if (!time?.seconds) return null;
  return Number(time.seconds.toString()) - Date.now() / 1000;
}
