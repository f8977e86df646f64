/** What language models are asked. */
import { createEndpointActivities } from '../../activities/evaluation/endpoint-activities.ts';
import { withActivityFailures } from '../../activities/failures.ts';
import { createJudgeActivities } from '../../activities/judging/activities.ts';
import { createLlmChooser } from '../../activities/llm/client.ts';
import { createNarrativeActivities } from '../../activities/narratives/activities.ts';
import { createTrajectoryActivities } from '../../activities/trajectories/activities.ts';
import { taskQueues } from '../../domain/names.ts';
import { grace, type QueueOptions, type WorkerDependencies } from '../queue.ts';

export function llmQueues(dependencies: WorkerDependencies): QueueOptions[] {
  const { environment, store } = dependencies;
  const chooseLlm = createLlmChooser(environment, (image) => store.getBlob(image), dependencies.logger);
  const asking = { ...dependencies, chooseLlm };
  return [
    {
      taskQueue: taskQueues.llm,
      activities: withActivityFailures({
        ...createTrajectoryActivities(asking),
        ...createJudgeActivities(asking),
        ...createNarrativeActivities(asking),
        ...createEndpointActivities(dependencies),
      }),
      maxConcurrentActivityTaskExecutions: 2,
      shutdownGraceTime: grace,
    },
  ];
}
