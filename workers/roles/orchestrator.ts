/** Runs the workflows, and what is too small for a worker of its own. */
import { withActivityFailures } from '../../activities/failures.ts';
import { createNightActivities } from '../../activities/nights/activities.ts';
import { createRecordActivities } from '../../activities/run-records.ts';
import { taskQueues } from '../../domain/names.ts';
import { grace, type QueueOptions, type WorkerDependencies } from '../queue.ts';
import { bundleWorkflows } from '../workflow-bundle.ts';

export const orchestratorQueues = async (dependencies: WorkerDependencies): Promise<QueueOptions[]> => [
  {
    taskQueue: taskQueues.orchestrator,
    workflowBundle: { code: await bundleWorkflows(dependencies.environment, dependencies.shutdown) },
    activities: withActivityFailures({
      ...createRecordActivities(dependencies),
      ...createNightActivities(dependencies),
    }),
    shutdownGraceTime: grace,
  },
];
