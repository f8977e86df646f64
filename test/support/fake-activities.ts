/** Activities that do nothing but note their calls and return references, so that a workflow's course can be read. */
import { Context } from '@temporalio/activity';
import { withActivityFailures } from '../../activities/failures.ts';
import { type ArtifactKind, type ArtifactRef, digestOf } from '../../domain/artifact.ts';
import {
  type BenchmarkActivities,
  type BenchmarkChoice,
  type BenchmarkInput,
  type BenchmarkResult,
  type EndpointActivities,
  type JudgeActivities,
  nameOfBenchmark,
  type ProbeActivities,
} from '../../domain/contracts/benchmarks.ts';
import type { EvaluationInput, EvaluationResult } from '../../domain/contracts/evaluation.ts';
import type { ReviewActivities, ReviewState, ScoresResult } from '../../domain/contracts/narratives.ts';
import type { Activities } from '../../domain/contracts/run.ts';
import type { SorebInput, StretchResult } from '../../domain/contracts/training.ts';
import { taskQueues } from '../../domain/names.ts';
import type { NightActivities } from '../../domain/nights/nightly.ts';
import type { RecordActivities, RecordInput } from '../../domain/run-record.ts';
import type { ActivitiesByQueue } from './temporal.ts';

/** What workers do for runs, and for evaluations that are asked for by themselves. */
export type Faked = Activities &
  BenchmarkActivities &
  EndpointActivities &
  JudgeActivities &
  NightActivities &
  ProbeActivities &
  ReviewActivities;

export interface Call {
  /** E.g. `trainGrpo 20`, `trainGrpo 20 without SFT`, `evaluateModel sft`. */
  name: string;
  input: unknown;
  activityId: string;
  attempt: number;
}

export class FakeActivities {
  readonly byQueue: ActivitiesByQueue;
  calls: Call[] = [];
  /** What runs told of themselves for the store. */
  records: RecordInput[] = [];
  #instead: Partial<Faked> = {};

  /** What the store does with a record; nothing by default. */
  onRecord: RecordActivities['recordRun'] = async () => {};

  constructor() {
    const own = (...names: (keyof Faked)[]): object =>
      withActivityFailures(Object.fromEntries(names.map((name) => [name, this.#noting(name)])));
    const recordRun = async (input: RecordInput): Promise<void> => {
      this.records.push(input);
      await this.onRecord(input);
    };
    this.byQueue = {
      [taskQueues.orchestrator]: {
        ...withActivityFailures({ recordRun }),
        ...own('findMilestone', 'recordNight', 'callWebhook'),
      },
      [taskQueues.cpu]: own(
        ...(['prepareData', 'prepareCases', 'writeReport', 'writeNarrativeReport'] as const),
        ...(['scoreByDrawing', 'chooseNarratives', 'makeSets', 'scoreAnswersByDrawing'] as const),
        ...(['drawForReview', 'readReviews', 'reviewByScript', 'certify'] as const),
      ),
      [taskQueues.llm]: own(
        ...(['synthesiseTrajectories', 'explainConcepts', 'evaluateEndpoint', 'judgeAnswers'] as const),
        ...(['writeNarratives', 'judgeNarratives'] as const),
      ),
      [taskQueues.gpu]: own('identifyModel', 'trainSft', 'trainGrpo', 'trainDistilled', 'trainSoreb', 'exportAdapter'),
      [taskQueues.evaluation]: own(
        ...(['exportForInference', 'evaluateModel'] as const),
        ...(['identifyBase', 'exportForBenchmarks', 'evaluateBenchmark', 'scoreRules'] as const),
        ...(['scoreProbes', 'describePictures', 'evaluateNarratives', 'openTeacher', 'encodeTeacher'] as const),
      ),
    };
  }

  /** Forgets what was called. `instead` replaces some activities; errors pass as those of real ones do. */
  begin(instead: Partial<Faked>): void {
    this.calls = [];
    this.records = [];
    this.onRecord = async () => {};
    this.#instead = instead;
  }

  /** Names of the calls, in order; with `start`, of those that begin so. */
  names(...starts: string[]): string[] {
    const names = this.calls.map(({ name }) => name);
    return starts.length === 0 ? names : names.filter((name) => starts.some((start) => name.startsWith(start)));
  }

  #noting(name: keyof Faked): (input: never) => Promise<unknown> {
    return (input) => {
      const { activityId, attempt } = Context.current().info;
      this.calls.push({ name: [name, subjectOf(input)].join(' ').trim(), input, activityId, attempt });
      const activity = (this.#instead[name] ?? plain[name]) as (input: never) => Promise<unknown>; // each takes one input
      return activity(input);
    };
  }
}

/** The data stage of a recipe that aligns concepts. */
export const prepareWithConcepts: Activities['prepareData'] = async (input) => ({
  ...(await plain.prepareData(input)),
  concepts: reference('dataset', 'concepts'),
});

export const reviewState = (open: number, disagreed: number, certified: number): ReviewState => ({
  counts: { open, disagreed, skipped: 0, certified },
  complete: open + disagreed === 0,
  reviewers: ['Ada', 'Ben'],
});
const allReviewed = reviewState(0, 0, 3);

const plain: Faked = {
  identifyModel: async ({ base }) => ({ base, sha256: digestOf(base) }),
  prepareData: async () => ({
    dataset: reference('dataset', 'split'),
    textbook: reference('dataset', 'textbook'),
    questions: reference('questions', 'all'),
    counts: { train: 60, validation: 20, test: 20, textbook: 16, quarantined: 0 },
  }),
  prepareCases: async () => ({
    dataset: reference('dataset', 'split'),
    questions: reference('questions', 'all'),
    counts: { train: 60, validation: 20, test: 20, textbook: 0, quarantined: 0 },
  }),
  synthesiseTrajectories: async () => ({
    trajectories: reference('trajectories', 'all'),
    counts: { train: 32, validation: 2, llmCalls: 4, rejected: 0 },
  }),
  explainConcepts: async () => ({
    trajectories: reference('concepts', 'concepts'),
    counts: { train: 16, validation: 1, llmCalls: 8, rejected: 1 },
  }),
  trainSft: async ({ rows, recipe, epoch, stage = 'sft' }) =>
    stretch(stage, Math.ceil(rows / recipe.sft.batchSize) * epoch),
  trainGrpo: async ({ sft, stage = sft ? 'grpo' : 'rl-only', stopAt }) => stretch(stage, stopAt),
  trainDistilled: async ({ stage, rows, recipe, epoch }) =>
    stretch(stage, Math.ceil(rows / recipe.distillation.batchSize) * epoch),
  trainSoreb: async ({ stopAt }) => stretch('dermeval', stopAt),
  describePictures: async () => reference('descriptions', 'all'),
  writeNarratives: async () => ({
    narratives: reference('narratives', 'all'),
    counts: { cases: 40, written: 39, rejected: 1, llmCalls: 12 },
    llm: null,
  }),
  judgeNarratives: async () => scored('judge'),
  evaluateNarratives: async () => scored('dermeval'),
  scoreByDrawing: async () => scored('drawn'),
  chooseNarratives: async () => ({
    dermcot: reference('dermcot', 'all'),
    counts: { train: 32, validation: 2, certified: 2, filtered: 32, dropped: 5 },
  }),
  openTeacher: async ({ recipe }) => ({ encoder: digestOf('encoder'), form: recipe.teacher.form }),
  encodeTeacher: async ({ recipe }) => ({ encoder: digestOf('encoder'), form: recipe.teacher.form }),
  makeSets: async () => [{ name: 'classification-ham10000', items: reference('dataset', 'classification') }],
  scoreAnswersByDrawing: async ({ label }) => benchmarkResult(label, 'dermbench-part@drawn'),
  exportAdapter: async ({ checkpoint }) => reference('adapter', checkpoint.key),
  exportForInference: async ({ label, recipe }) =>
    recipe.evaluation.runtime === 'onnx' ? reference('onnx', label) : null,
  evaluateModel: async ({ label, checkpoint }) => evaluation(label, checkpoint?.step ?? null),
  writeReport: async () => reference('report', 'all'),
  writeNarrativeReport: async () => reference('report', 'all'),
  identifyBase: async ({ base }) => ({ base, sha256: digestOf(base) }),
  exportForBenchmarks: async ({ tested }) =>
    tested.kind === 'local' && tested.runtime === 'onnx' ? reference('onnx', tested.label) : null,
  evaluateBenchmark: async ({ tested, benchmark }) => benchmarkResult(tested.label, benchmark),
  evaluateEndpoint: async ({ tested, benchmark }) => benchmarkResult(tested.label, benchmark),
  judgeAnswers: async ({ label, evaluation, judge }) =>
    benchmarkResult(label, `${evaluation.key.split('/').at(-1)}@${judge.model}`),
  findMilestone: async ({ run }) => ({
    id: 'grpo-500',
    checkpoint: reference('checkpoint', `${run}/grpo/step-500`),
    baseSha256: digestOf('tiny'),
  }),
  recordNight: async ({ schedule, night, outcomes }) => ({
    ...{ schedule, night, words: [], record: reference('night', schedule) },
    verdict: outcomes.every((outcome) => 'evaluation' in outcome) ? 'drop' : 'not measured',
  }),
  callWebhook: async () => {},
  scoreRules: async ({ benchmark }) => [benchmarkResult('Guessing', benchmark)],
  drawForReview: async () => ({ set: reference('narratives', 'set'), count: 3 }),
  readReviews: async () => allReviewed,
  reviewByScript: async () => allReviewed,
  certify: async () => ({
    certified: reference('certified', 'all'),
    bench: reference('dataset', 'bench'),
    judgements: reference('judgements', 'all'),
    counts: { certified: 3, skipped: 0, settled: 0, train: 2, bench: 1, evaluatorRows: 2 },
  }),
  scoreProbes: async ({ benchmark }) => ({ rows: [benchmarkResult('Linear probe, tiny', benchmark)], remarks: [] }),
};

const ofStage = (stage: string | undefined): string => (stage === undefined || stage === 'sft' ? '' : ` of ${stage}`);

/** Which epoch, milestone or model an input is about. */
function subjectOf(
  input: Partial<EvaluationInput & BenchmarkInput & Pick<SorebInput, 'judgements' | 'stopAt'>> & {
    epoch?: number;
    stage?: string;
    sft?: unknown;
  },
): string {
  if (input.tested !== undefined)
    return [input.tested.label, input.benchmark ? nameOfBenchmark(input.benchmark) : ''].join(' ').trim();
  if (input.label !== undefined) return input.label;
  if (input.epoch !== undefined) return `${input.epoch}${ofStage(input.stage)}`;
  if (input.judgements !== undefined) return `${input.stopAt}`;
  if (input.stopAt !== undefined) return input.sft ? `${input.stopAt}` : `${input.stopAt} without SFT`;
  return '';
}

const scored = (by: string): ScoresResult => ({
  scores: reference('scores', by),
  counts: { scored: 39, missing: 0 },
});

export const reference = (kind: ArtifactKind, key: string): ArtifactRef => ({
  kind,
  key,
  sha256: digestOf(`${kind}/${key}`),
});

export const stretch = (stage: string, step: number): StretchResult => ({
  checkpoint: { ...reference('checkpoint', `${stage}/step-${step}`), step },
  metrics: reference('metrics', `${stage}/step-${step}`),
  last: { loss: 0.5 },
});

export const evaluation = (label: string, step: number | null): EvaluationResult => ({
  label,
  step,
  evaluation: reference('evaluation', label),
  scores: [{ task: 'diagnosis', items: 20, accuracy: 0.5, low: 0.3, high: 0.7, macroF1: 0.5, unparsed: 0 }],
});

export const benchmarkResult = (label: string, choice: BenchmarkChoice): BenchmarkResult => {
  const benchmark = nameOfBenchmark(choice);
  const score = { score: { value: 0.5, low: 0.3, high: 0.7 }, macroF1: 0.5, unread: 0 };
  return {
    ...{ benchmark, label, reader: 'strict', profile: 'paper', shown: 'real', samples: 1, items: 20, groups: 10 },
    ...{ strict: score, lenient: score },
    evaluation: reference('benchmark', `${label}/${benchmark}`),
  };
};

/** Heartbeats until the activity is cancelled; then does `last` and throws the cancellation, as real ones do. */
export async function untilCancelled(last: () => Promise<void> = async () => {}): Promise<never> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 50);
  try {
    return await context.cancelled;
  } catch (cancellation) {
    await last();
    throw cancellation;
  } finally {
    clearInterval(timer);
  }
}

/** A promise that a test or a fake opens by hand. */
export function createGate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
