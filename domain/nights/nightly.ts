/** The workflow `nightlyEvaluation`: what a schedule starts it with, what it returns, and what workers do for it. */
import { z } from 'zod';
import type { ArtifactRef } from '../artifact.ts';
import {
  askingSchema,
  type BenchmarkChoice,
  type BenchmarkData,
  type BenchmarkResult,
  benchmarkChoiceSchema,
  benchmarkDataSchema,
  type TestedModel,
  testedModelSchema,
} from '../contracts/benchmarks.ts';
import { userMistake } from '../failures.ts';
import type { VerdictName } from './record.ts';

export const scheduleName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,59}$/,
    'expected 1 to 60 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit',
  );

const nightlySchema = z
  .strictObject({
    schedule: scheduleName,
    model: testedModelSchema,
    /** A run whose newest milestone is tested in place of the model's own adapter; null: the model is pinned. */
    newestOf: z.string().min(1).nullable(),
    benchmarks: z.array(benchmarkChoiceSchema).min(1),
    data: z.union([benchmarkDataSchema, z.strictObject({ recipe: z.json() })]),
    asking: askingSchema,
    /** What is not answered so many minutes after the night began is not measured. */
    withinMinutes: z.number().positive(),
    /** Called at drops; null: nobody. */
    webhook: z.url({ protocol: /^https?$/ }).nullable(),
  })
  .refine(({ newestOf, model }) => newestOf === null || model.kind === 'local', {
    path: ['newestOf'],
    message: 'milestones are adapters of a local model',
  });
export type NightlyInput = z.infer<typeof nightlySchema>;

/** Any client may start one. Throws a user's mistake that names the field. */
export function parseNightly(input: unknown): NightlyInput {
  const parsed = nightlySchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw userMistake(`night: ${issue?.path.join('.') || '(top level)'}: ${issue?.message ?? 'is not valid'}`);
}

export interface NightResult {
  schedule: string;
  night: string;
  verdict: VerdictName;
  /** A line for each benchmark. */
  words: string[];
  /** Artifact of kind `night`. */
  record: ArtifactRef;
}

export interface NightlyResult extends NightResult {
  /** Null where nobody was to be called. */
  webhook: 'delivered' | `not delivered: ${string}` | null;
}

// ── the activities ────────────────────────────────────────────────────────────────────────────────────────────────
export type NightOutcome = { benchmark: BenchmarkChoice } & (
  | { evaluation: Pick<BenchmarkResult, 'evaluation' | 'label' | 'reader'> }
  | { reason: string }
);

export interface RecordNightInput {
  schedule: string;
  night: string;
  outcomes: NightOutcome[];
  /** What items are made of, so that anchors are scored again; null where that was not found out. */
  data: BenchmarkData | null;
  profile: TestedModel['profile'];
  limit: number | null;
}

/** On orchestrator workers, so that a night is recorded also where no other machine is there. */
export interface NightActivities {
  /** The newest milestone that a run has evaluated. Throws a user's mistake where there is none yet. */
  findMilestone(input: { run: string }): Promise<{ id: string; checkpoint: ArtifactRef; baseSha256: string }>;
  /** Compares with the nights before and keeps the record. The same night is judged once. */
  recordNight(input: RecordNightInput): Promise<NightResult>;
  callWebhook(input: { url: string; result: NightResult }): Promise<void>;
}
