/** Data, reports and reviews; and one at a time, evaluations of models on this machine. */
import { createDatasetActivities } from '../../activities/datasets/activities.ts';
import { createEvaluationActivities } from '../../activities/evaluation/activities.ts';
import { createBenchmarkActivities } from '../../activities/evaluation/benchmark-activities.ts';
import { createClassificationActivities } from '../../activities/evaluation/classification.ts';
import { withActivityFailures } from '../../activities/failures.ts';
import { createTeacherActivities } from '../../activities/features/teacher.ts';
import { createDrawnAnswersActivities } from '../../activities/judging/drawn-answers.ts';
import { createDermcotActivities, createDescriptionActivities } from '../../activities/narratives/activities.ts';
import { createProbeActivities } from '../../activities/probes/activities.ts';
import { createReportActivities } from '../../activities/reporting/activities.ts';
import { createReviewActivities } from '../../activities/reviews/activities.ts';
import { scoreByDrawings } from '../../activities/reviews/score-drawn.ts';
import { taskQueues } from '../../domain/names.ts';
import { grace, type QueueOptions, type WorkerDependencies } from '../queue.ts';

export const cpuQueues = (dependencies: WorkerDependencies): QueueOptions[] => [
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
    shutdownGraceTime: grace,
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
    shutdownGraceTime: grace,
  },
];
