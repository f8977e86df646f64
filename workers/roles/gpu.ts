/** Training. */
import { withActivityFailures } from '../../activities/failures.ts';
import { createTrainingActivities } from '../../activities/training/activities.ts';
import { taskQueues } from '../../domain/names.ts';
import type { QueueOptions, WorkerDependencies } from '../queue.ts';

/** A checkpoint of a large model takes minutes to write and upload; only then may a gpu worker go. */
const trainingGrace = '10 minutes';
const trainingGraceMs = 10 * 60_000;

export const gpuQueues = (dependencies: WorkerDependencies): QueueOptions[] => [
  {
    taskQueue: taskQueues.gpu,
    activities: withActivityFailures(createTrainingActivities(dependencies), trainingGraceMs),
    maxConcurrentActivityTaskExecutions: dependencies.environment.gpuSlots,
    shutdownGraceTime: trainingGrace,
  },
];
