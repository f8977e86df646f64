/**
 * What stays of a run when Temporal has forgotten it. Each execution of a run leaves two artifacts of kind `run`, one
 * when it starts and one when it ends; each holds a whole record, so the later one says everything.
 */
import { z } from 'zod';
import { artifactRefSchema, canonicalJson, digestOf } from './artifact.ts';
import { benchmarkScoreSchema } from './contracts/benchmarks.ts';
import type { EvaluationResult } from './contracts/evaluation.ts';
import type { RunProgress, RunResult } from './contracts/run.ts';
import { lenientSchema } from './evaluation/summary.ts';
import { budgetSchema, type LlmBudget } from './llm-account.ts';
import { questionTasks } from './questions/question.ts';
import { stageNames } from './stages/index.ts';

const scoreSchema = z.object({
  task: z.enum(questionTasks),
  items: z.int(),
  ...{ accuracy: z.number(), low: z.number(), high: z.number(), macroF1: z.number(), unparsed: z.number() },
  lenient: lenientSchema.exactOptional(),
});

const evaluationSchema = z.object({
  label: z.string(),
  step: z.int().nullable(),
  evaluation: artifactRefSchema,
  scores: z.array(scoreSchema),
}) satisfies z.ZodType<EvaluationResult>;

const benchmarkResultSchema = benchmarkScoreSchema.extend({ evaluation: artifactRefSchema });

const progressSchema = z.object({
  recipe: z.string(),
  stages: z.array(
    z.object({
      stage: z.string(),
      state: z.enum(['waiting', 'running', 'done', 'failed']),
      detail: z.string(),
    }),
  ),
  /** Unknown of a stage that this version lacks. */
  checkpoint: z
    .object({ stage: z.enum(stageNames), step: z.int() })
    .nullable()
    .catch(null),
  evaluations: z.array(evaluationSchema),
  benchmarks: z.array(benchmarkResultSchema).exactOptional(),
  report: artifactRefSchema.nullable(),
  failure: z.string().nullable(),
  waitsFor: z.array(z.object({ activity: z.string(), reason: z.string() })).exactOptional(),
}) satisfies z.ZodType<RunProgress>;

/** What a completed run returns. */
export const runResultSchema = z.object({
  report: artifactRefSchema,
  adapter: artifactRefSchema,
  evaluations: z.array(evaluationSchema),
  benchmarks: z.array(benchmarkResultSchema).exactOptional(),
  textOnly: z.array(scoreSchema).exactOptional(),
}) satisfies z.ZodType<RunResult>;

/** Temporal's words. An execution that was terminated or timed out leaves no end. */
const recordedStates = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;

const endSchema = z.object({
  state: z.enum(recordedStates),
  closedAt: z.iso.datetime(),
  /** Type, of domain/failures.ts, and words. */
  failure: z.object({ type: z.string(), message: z.string() }).nullable(),
  /** What the method of a completed run returns, most often a `RunResult`. */
  result: z.unknown(),
  progress: progressSchema,
});

export const runRecordSchema = z.object({
  schema: z.literal(1),
  run: z.string(),
  /** Temporal's id of this execution. */
  execution: z.string(),
  namespace: z.string(),
  method: z.string(),
  /** As it was parsed at the start; parsed again where it is used. */
  recipe: z.unknown(),
  /** In place of the recipe's. */
  budget: budgetSchema.exactOptional(),
  startedAt: z.iso.datetime(),
  /** Versions of what wrote the record: `dermflow`, `code` (digest of its source), `node`. */
  versions: z.record(z.string(), z.string()),
  end: endSchema.nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** What `list` shows of a record: the facts of its manifest. */
export const runFactsSchema = z.object({
  run: z.string(),
  namespace: z.string(),
  method: z.string(),
  recipe: z.string(),
  /** Null: the end was not recorded. */
  state: z.enum(recordedStates).nullable(),
  /** The last part that it ended; records have it under this name. */
  stage: z.string(),
  startedAt: z.string(),
  closedAt: z.string().nullable(),
});
export type RunFacts = z.infer<typeof runFactsSchema>;

/** Below this lie the records of all executions of a run. */
export const recordPrefix = (run: string): string => `${digestOf(run)}/`;

/** A run that is started again under its name has another execution, and so a record of its own. */
export const recordKey = (run: string, execution: string, moment: 'start' | 'end'): string =>
  `${recordPrefix(run)}${digestOf(canonicalJson({ run, execution }))}/${moment}`;

// ── the activity ──────────────────────────────────────────────────────────────────────────────────────────────────
export interface RecordInput {
  method: string;
  /** A recipe of any method. */
  recipe: { name: string };
  budget?: LlmBudget;
  startedAt: string;
  /** Null at the start of the run. */
  end: {
    state: (typeof recordedStates)[number];
    failure: { type: string; message: string } | null;
    /** Null unless completed. */
    result: unknown;
    progress: RunProgress;
  } | null;
}

export interface RecordActivities {
  recordRun(input: RecordInput): Promise<void>;
}
