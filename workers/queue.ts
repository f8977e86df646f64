/** What a role needs, and what it says of each of its queues. */
import type { WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import type { Environment } from '../platform/env.ts';

export interface WorkerDependencies {
  store: ArtifactStore;
  environment: Environment;
  logger: Logger;
  /** Aborts when the process begins to shut down. */
  shutdown: AbortSignal;
}

export type QueueOptions = Pick<WorkerOptions, 'taskQueue' | 'activities' | 'workflowBundle'> & Partial<WorkerOptions>;

/** From a shutdown to the end of what is under way, except for training. */
export const grace = '10 seconds';
