/** Evaluation of any model on any benchmark: the workflow `evaluateModels`, on cpu workers, and on llm workers for endpoints. */
import { z } from 'zod';
import { decodingSchema } from '../answers/answer.ts';
import { type ArtifactRef, artifactRefSchema, sha256Schema } from '../artifact.ts';
import { type JudgeSettings, judgeSettingsSchema } from '../dermeval/judge.ts';
import { narrativeScoresSchema } from '../dermeval/narrative-scores.ts';
import { userMistake } from '../failures.ts';
import { llmProviders } from '../llm-settings.ts';
import { type EvaluationProfile, evaluationProfileSchema } from '../prompts/profile.ts';
import type { ModelRef } from './references.ts';
import { sampledScoresSchema } from './sampled.ts';

/** The two readers of answers (evaluation/scored.ts). */
const readerNames = ['strict', 'lenient'] as const;

const common = {
  /** By which people know it, and by which it is one part of the evaluation's progress. */
  label: z.string().min(1).max(200),
  /** How it is asked. */
  profile: evaluationProfileSchema,
  /** Whose reading is its headline: the lenient one for models that were never taught the tags. */
  reader: z.enum(readerNames),
  /** Grey pictures: the control of what is right without looking. */
  shown: z.enum(['real', 'grey']),
};

/** A model under test, as a worker can open it. */
export const testedModelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('local'),
    /** `tiny`, a folder on the cpu workers, or a hub id; its digest is found out there where it is null. */
    base: z.string().min(1),
    baseSha256: sha256Schema.nullable(),
    /** A checkpoint or an adapter; null: the base itself, or a merged model. */
    adapter: artifactRefSchema.nullable(),
    runtime: z.enum(['onnx', 'transformers']),
    precision: z.enum(['fp32', 'bf16']),
  }),
  z.strictObject({ ...common, kind: z.literal('onnx'), onnx: artifactRefSchema }),
  z.strictObject({
    ...common,
    kind: z.literal('endpoint'),
    model: z.string().min(1),
    /** Absent: the one that the environment of the llm workers names. */
    provider: z.enum(llmProviders).optional(),
    concurrency: z.int().positive().max(4096).optional(),
  }),
]);
export type TestedModel = z.infer<typeof testedModelSchema>;

/** What benchmarks are made of: of one run, or of one recipe's data. */
export const benchmarkDataSchema = z.strictObject({
  questions: artifactRefSchema.nullable(),
  dataset: artifactRefSchema.nullable(),
});
export type BenchmarkData = z.infer<typeof benchmarkDataSchema>;

/** A benchmark of the product by name, or items of the user's own, with their pictures in the store. */
export const benchmarkChoiceSchema = z.union([
  z.string().min(1),
  z.strictObject({ name: z.string().min(1), items: artifactRefSchema }),
]);
export type BenchmarkChoice = z.infer<typeof benchmarkChoiceSchema>;

export const nameOfBenchmark = (choice: BenchmarkChoice): string => (typeof choice === 'string' ? choice : choice.name);

export const askingSchema = z.strictObject({
  decoding: decodingSchema,
  /** Answers to each item. More than one needs a temperature above 0. */
  samples: z.int().min(1).max(1024),
  /** The first so many items of each benchmark; null: all. */
  limit: z.int().positive().nullable(),
  batchSize: z.int().positive(),
  threads: z.int().positive(),
});
export type AskingSettings = z.infer<typeof askingSchema>;

const evaluateModelsSchema = z
  .strictObject({
    models: z.array(testedModelSchema).min(1),
    benchmarks: z.array(benchmarkChoiceSchema).min(1),
    /** A recipe, whose data are prepared first where the store does not have them. */
    data: z.union([benchmarkDataSchema, z.strictObject({ recipe: z.json() })]),
    asking: askingSchema,
    /** Features of nearest neighbour and linear probe; absent: the vision tower of the model that ships with Dermflow. */
    encoder: z.strictObject({ name: z.string().min(1).max(100), artifact: artifactRefSchema }).optional(),
    /** Scores each answer as a narrative, beside the benchmark's own score; absent: nobody does. */
    judge: judgeSettingsSchema.optional(),
  })
  .refine(({ asking }) => asking.samples === 1 || asking.decoding.temperature > 0, {
    path: ['asking', 'samples'],
    message: 'greedy answers are all alike; several samples need a temperature above 0',
  })
  .refine(({ models }) => new Set(models.map(({ label }) => label)).size === models.length, {
    path: ['models'],
    message: 'a model stands twice; name each once',
  })
  .refine(({ benchmarks }) => new Set(benchmarks.map(nameOfBenchmark)).size === benchmarks.length, {
    path: ['benchmarks'],
    message: 'a benchmark stands twice; name each once',
  });
export type EvaluateModelsInput = z.infer<typeof evaluateModelsSchema>;

/** Any client may start an evaluation. Throws a user's mistake that names the field. */
export function parseEvaluateModels(input: unknown): EvaluateModelsInput {
  const parsed = evaluateModelsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw userMistake(`evaluation: ${issue?.path.join('.') || '(top level)'}: ${issue?.message ?? 'is not valid'}`);
}

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
const readerScoreSchema = z.object({
  score: estimate,
  macroF1: z.number().nullable(),
  /** Share of outputs that the reader could not read. */
  unread: z.number(),
});

/** What of an evaluation fits into a payload, a manifest's facts and a row of the leaderboard. */
export const benchmarkScoreSchema = z.object({
  benchmark: z.string(),
  label: z.string(),
  reader: z.enum(readerNames),
  profile: z.string(),
  shown: z.enum(['real', 'grey']),
  samples: z.int().positive(),
  items: z.int().nonnegative(),
  groups: z.int().nonnegative(),
  strict: readerScoreSchema,
  lenient: readerScoreSchema,
  /** Where a judge gave the scores, which are then shares of 5. */
  narratives: narrativeScoresSchema.optional(),
  /** Of several answers per item; the scores above are those of the first. Absent in evaluations of earlier versions. */
  sampled: sampledScoresSchema.optional(),
});
export type BenchmarkScore = z.infer<typeof benchmarkScoreSchema>;

export interface BenchmarkResult extends BenchmarkScore {
  /** Artifact of kind `benchmark`. */
  evaluation: ArtifactRef;
}

export interface EvaluateModelsResult {
  /** Of each model in its order each benchmark in its order. */
  evaluations: BenchmarkResult[];
  /** What needs no model, of each benchmark; then nearest neighbour and linear probe. */
  rules: BenchmarkResult[];
  /** Which references are absent, and why; what their training did not show. Absent in results of earlier versions. */
  remarks?: string[];
}

// ── the activities ────────────────────────────────────────────────────────────────────────────────────────────────
export interface BenchmarkInput {
  tested: TestedModel;
  benchmark: BenchmarkChoice;
  data: BenchmarkData;
  asking: AskingSettings;
  /** The export of a local model whose runtime is onnx. */
  onnx: ArtifactRef | null;
}

/** Of the rows that need no model. */
export interface RulesInput {
  benchmark: BenchmarkChoice;
  data: BenchmarkData;
  profile: EvaluationProfile;
  limit: number | null;
  /** Of guessing. */
  seed: number;
}

/** Of the references that use pictures. */
export interface ProbesInput extends Omit<RulesInput, 'seed'> {
  /** Absent: the one that ships with Dermflow. */
  encoder?: EvaluateModelsInput['encoder'];
  threads: number;
}

export interface ProbesResult {
  rows: BenchmarkResult[];
  /** In place of a row that is absent, and beside one that has options which training did not show. */
  remarks: string[];
}

export interface ProbeActivities {
  /** Nearest neighbour and linear probe, fitted on the training pictures of the data. */
  scoreProbes(input: ProbesInput): Promise<ProbesResult>;
}

export interface BenchmarkActivities {
  identifyBase(input: { base: string }): Promise<ModelRef>;
  /** With graphs for the pictures of all benchmarks; null where the model needs none. */
  exportForBenchmarks(input: {
    tested: TestedModel;
    benchmarks: BenchmarkChoice[];
    data: BenchmarkData;
    asking: AskingSettings;
  }): Promise<ArtifactRef | null>;
  /** Guessing, the most frequent answer, "benign" and the labels alone, where they have an answer to each item. */
  scoreRules(input: RulesInput): Promise<BenchmarkResult[]>;
  evaluateBenchmark(input: BenchmarkInput): Promise<BenchmarkResult>;
}

/** On llm workers, which have the endpoints' addresses and keys. */
export interface EndpointActivities {
  evaluateEndpoint(input: BenchmarkInput): Promise<BenchmarkResult>;
}

export interface JudgeInput {
  /** Of a model on a benchmark: the answers that are judged. */
  evaluation: ArtifactRef;
  label: string;
  reader: BenchmarkScore['reader'];
  judge: JudgeSettings;
}

/** On llm workers. */
export interface JudgeActivities {
  /** The evaluation of the same answers by a judge, under a benchmark of its own name. */
  judgeAnswers(input: JudgeInput): Promise<BenchmarkResult>;
}
