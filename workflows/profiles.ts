/**
 * Options of activities, each a complete value with its reasons. Heartbeats come every two seconds or so; a timeout is
 * how long a machine may be silent before its work is given to another.
 */
import { ActivityCancellationType, type ActivityOptions, type RetryPolicy } from '@temporalio/workflow';
import { finalFailures } from '../domain/failures.ts';
import { taskQueues } from '../domain/names.ts';

/**
 * Eight attempts within some two minutes, then the failure stands; what is only unreachable is asked for again and again
 * (attempts.ts). The pause never grows above a minute, so that work goes on soon after a server is back.
 */
const retry: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
  maximumAttempts: 8,
  nonRetryableErrorTypes: [...finalFailures],
};

/**
 * What is cancelled has ended when the workflow hears of it: a trainer has saved its checkpoint, nothing works on
 * unseen, and the activity's id is free for `retryNow` to use again.
 */
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Import of images and writing of reports: bound by disk and CPU, hours for the largest sets. */
export const cpuWork = {
  taskQueue: taskQueues.cpu,
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '30 seconds',
  cancellationType,
  retry,
} satisfies ActivityOptions;

/** Thousands of calls to a slow endpoint; each paid reply is kept, so a new attempt costs nothing twice. */
export const llmCalls = {
  taskQueue: taskQueues.llm,
  startToCloseTimeout: '2 days',
  heartbeatTimeout: '30 seconds',
  cancellationType,
  retry,
} satisfies ActivityOptions;

/**
 * A stretch of training takes days on real models. A minute of silence outlasts a restart of Temporal and is short
 * beside the steps since the last checkpoint.
 */
export const training = {
  taskQueue: taskQueues.gpu,
  startToCloseTimeout: '14 days',
  heartbeatTimeout: '1 minute',
  cancellationType,
  retry,
} satisfies ActivityOptions;

/** Export for inference and greedy answers to every test question. */
export const evaluation = {
  taskQueue: taskQueues.evaluation,
  startToCloseTimeout: '1 day',
  heartbeatTimeout: '1 minute',
  cancellationType,
  retry,
} satisfies ActivityOptions;

/** A small object for the store, written by the orchestrator's worker: no other role has to be there for it. */
export const recording = {
  taskQueue: taskQueues.orchestrator,
  startToCloseTimeout: '1 minute',
  retry,
} satisfies ActivityOptions;

export const briefRecording = { ...recording, scheduleToCloseTimeout: '30 seconds' } satisfies ActivityOptions;
