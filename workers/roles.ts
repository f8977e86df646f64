/** Composition root: which queues a role serves, and with what. */
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createDatasetActivities } from '../activities/datasets/activities.ts';
import { createEvaluationActivities } from '../activities/evaluation/activities.ts';
import { createBenchmarkActivities, createEndpointActivities } from '../activities/evaluation/benchmark-activities.ts';
import { createClassificationActivities } from '../activities/evaluation/classification.ts';
import { withActivityFailures } from '../activities/failures.ts';
import { createTeacherActivities } from '../activities/features/teacher.ts';
import { createJudgeActivities } from '../activities/judging/activities.ts';
import { createDrawnAnswersActivities } from '../activities/judging/drawn-answers.ts';
import { createLlmChooser } from '../activities/llm/client.ts';
import {
  createDermcotActivities,
  createDescriptionActivities,
  createNarrativeActivities,
} from '../activities/narratives/activities.ts';
import { createNightActivities } from '../activities/nights/activities.ts';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { createProbeActivities } from '../activities/probes/activities.ts';
import { createReportActivities } from '../activities/reporting/activities.ts';
import { createReviewActivities } from '../activities/reviews/activities.ts';
import { scoreByDrawings } from '../activities/reviews/score-drawn.ts';
import { createRecordActivities } from '../activities/run-records.ts';
import { createTrainingActivities } from '../activities/training/activities.ts';
import { createTrajectoryActivities } from '../activities/trajectories/activities.ts';
import { taskQueues, type WorkerRole } from '../domain/names.ts';
import type { Environment } from '../platform/env.ts';

export interface WorkerDependencies {
  store: ArtifactStore;
  environment: Environment;
  logger: Logger;
  /** Aborts when the process begins to shut down. */
  shutdown: AbortSignal;
}

type QueueOptions = Pick<WorkerOptions, 'taskQueue' | 'activities' | 'workflowsPath'> & Partial<WorkerOptions>;

/** A checkpoint of a large model takes minutes to write and upload; only then may a gpu worker go. */
const trainingGrace = '10 minutes';
const trainingGraceMs = 10 * 60_000;
const otherGrace = '10 seconds';

/** The queues of a role, each with the activities that are done there. */
export function queuesOf(role: WorkerRole, dependencies: WorkerDependencies): QueueOptions[] {
  const { environment, store } = dependencies;
  switch (role) {
    case 'orchestrator':
      return [
        {
          taskQueue: taskQueues.orchestrator,
          workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
          activities: withActivityFailures({
            ...createRecordActivities(dependencies),
            ...createNightActivities(dependencies),
          }),
          shutdownGraceTime: otherGrace,
        },
      ];
    case 'cpu':
      return [
        {
          taskQueue: taskQueues.cpu,
          activities: withActivityFailures({
            ...createDatasetActivities(dependencies),
            ...createReportActivities(dependencies),
            ...createReviewActivities({ ...dependencies, scoreDrawn: scoreByDrawings }),
            ...createClassificationActivities(dependencies),
            ...createDrawnAnswersActivities(dependencies),
            ...createDermcotActivities(dependencies),
          }),
          maxConcurrentActivityTaskExecutions: 2,
          shutdownGraceTime: otherGrace,
        },
        {
          taskQueue: taskQueues.evaluation,
          activities: withActivityFailures({
            ...createEvaluationActivities(dependencies),
            ...createBenchmarkActivities(dependencies),
            ...createProbeActivities(dependencies),
            ...createTeacherActivities(dependencies),
            ...createDescriptionActivities(dependencies),
          }),
          maxConcurrentActivityTaskExecutions: 1,
          shutdownGraceTime: otherGrace,
        },
      ];
    case 'llm': {
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
          shutdownGraceTime: otherGrace,
        },
      ];
    }
    case 'gpu':
      return [
        {
          taskQueue: taskQueues.gpu,
          activities: withActivityFailures(createTrainingActivities(dependencies), trainingGraceMs),
          maxConcurrentActivityTaskExecutions: environment.gpuSlots,
          shutdownGraceTime: trainingGrace,
        },
      ];
  }
}
