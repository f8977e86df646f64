/** The activities as the workflows call them: an interface, a task queue and a profile each. */
import { type ActivityOptions, scheduleActivity } from '@temporalio/workflow';
import type {
  BenchmarkActivities,
  EndpointActivities,
  JudgeActivities,
  ProbeActivities,
} from '../domain/contracts/benchmarks.ts';
import type { DatasetActivities } from '../domain/contracts/data.ts';
import type { ClassificationActivities, TeacherActivities } from '../domain/contracts/distillation.ts';
import type { EvaluationActivities } from '../domain/contracts/evaluation.ts';
import type {
  DermcotActivities,
  DescriptionActivities,
  NarrativeActivities,
  ReviewActivities,
} from '../domain/contracts/narratives.ts';
import type { ReportActivities } from '../domain/contracts/report.ts';
import type { TrainingActivities } from '../domain/contracts/training.ts';
import type { TrajectoryActivities } from '../domain/contracts/trajectories.ts';
import type { NightActivities } from '../domain/nights/nightly.ts';
import type { RecordActivities } from '../domain/run-record.ts';
import { allowance } from './allowance.ts';
import { persistently } from './attempts.ts';
import * as profiles from './profiles.ts';

/** This run's alone: Temporal evaluates workflow modules once per run. */
const scheduled = new Map<string, number>();

/** `trainGrpo-2` for the second call of `trainGrpo`: readable in Temporal's UI, and the name that `retryNow` takes. */
function nextActivityId(type: string): string {
  const count = (scheduled.get(type) ?? 0) + 1;
  scheduled.set(type, count);
  return `${type}-${count}`;
}

/**
 * The activities of an interface, as a workflow calls them.
 *
 * @param more what is added to the input, new in each round of attempts
 */
export function activities<A extends object>(profile: ActivityOptions, more: () => object = () => ({})): A {
  const call = (type: string) => (input: object) => {
    const activityId = nextActivityId(type);
    const schedule = () => scheduleActivity(type, [{ ...input, ...more() }], { ...profile, activityId });
    return persistently(activityId, schedule);
  };
  // Every interface of domain/contracts/ holds only functions of one input, which is what `call` makes of any name.
  return new Proxy({}, { get: (_, type) => call(String(type)) }) as A;
}

export const { prepareData, prepareCases } = activities<DatasetActivities>(profiles.cpuWork);
export const { synthesiseTrajectories, explainConcepts } = activities<TrajectoryActivities>(
  profiles.llmCalls,
  allowance,
);
export const { identifyModel, trainSft, trainGrpo, trainDistilled, trainSoreb, exportAdapter } =
  activities<TrainingActivities>(profiles.training);
export const { exportForInference, evaluateModel } = activities<EvaluationActivities>(profiles.evaluation);
export const { identifyBase, exportForBenchmarks, evaluateBenchmark, scoreRules } = activities<BenchmarkActivities>(
  profiles.evaluation,
);
export const { scoreProbes } = activities<ProbeActivities>(profiles.evaluation);
export const { evaluateEndpoint } = activities<EndpointActivities>(profiles.llmCalls);
export const { judgeAnswers } = activities<JudgeActivities>(profiles.llmCalls);
export const { writeNarratives, judgeNarratives } = activities<NarrativeActivities>(profiles.llmCalls, allowance);
export const { describePictures, evaluateNarratives } = activities<DescriptionActivities>(profiles.evaluation);
export const { scoreByDrawing, chooseNarratives } = activities<DermcotActivities>(profiles.cpuWork);
export const { openTeacher, encodeTeacher } = activities<TeacherActivities>(profiles.evaluation);
export const { makeSets, scoreAnswersByDrawing } = activities<ClassificationActivities>(profiles.cpuWork);
export const { drawForReview, readReviews, reviewByScript, certify } = activities<ReviewActivities>(profiles.cpuWork);
export const { writeReport, writeNarrativeReport } = activities<ReportActivities>(profiles.cpuWork);
export const { recordRun } = activities<RecordActivities>(profiles.recording);
/** The same within half a minute, for a run that ends in any case. */
export const { recordRun: recordBriefly } = activities<RecordActivities>(profiles.briefRecording);
export const { findMilestone, recordNight } = activities<NightActivities>(profiles.nights);
export const { callWebhook } = activities<NightActivities>(profiles.webhooks);
