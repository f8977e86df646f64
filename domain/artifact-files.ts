/** What lies in the artifacts of each kind: a file's name and what stands in it. The store's files have no other names. */

import { z } from 'zod';
import type { ArtifactKind } from './artifact.ts';
import { benchmarkItemSchema } from './benchmarks/benchmark.ts';
import { judgementSchema } from './benchmarks/narratives/judged.ts';
import { ownItemSchema } from './benchmarks/own-items.ts';
import { benchmarkSummarySchema } from './benchmarks/summaries/summary.ts';
import { licenceFile } from './card/metadata.ts';
import { imageRefSchema } from './cases/case.ts';
import { datasetFiles } from './cases/dataset-files.ts';
import { judgedRowSchema } from './dermeval/soreb.ts';
import { evaluationItemSchema } from './evaluation/item.ts';
import { scoredItemSchema } from './evaluation/scored.ts';
import { evaluationSummarySchema } from './evaluation/summary.ts';
import { textOnlyAnswerSchema } from './evaluation/text-only.ts';
import { encoderSettingsSchema } from './features/encoder.ts';
import { methods } from './methods/index.ts';
import { peftFiles } from './models/peft.ts';
import { reportPageName } from './names.ts';
import {
  dermcotRowSchema,
  descriptionSchema,
  narrativeSchema,
  scoredNarrativeSchema,
  scorerSchema,
} from './narratives/narrative.ts';
import { anchorsSchema, nightRecordSchema } from './nights/record.ts';
import { questionSchema } from './questions/question.ts';
import { metricsLineSchema, sampleLineSchema, usageLineSchema } from './report/training-log.ts';
import { certifiedNarrativeSchema, reviewSchema } from './reviews/review.ts';
import { runRecordSchema } from './run-record.ts';
import { sftRowSchema } from './trajectories/row.ts';

/** `schema` is that of a row where the name ends in `.jsonl`, and of the whole file otherwise. */
interface ArtifactFile {
  name: string;
  schema: z.ZodType;
}

/** Fields beside `step` are the trainer's own. */
const loggedSampleSchema = z.looseObject({ step: z.int() });
const bytes = z.instanceof(Uint8Array);

const written = {
  train: { name: 'train.jsonl', schema: sftRowSchema },
  validation: { name: 'validation.jsonl', schema: sftRowSchema },
  /** Replies that were of no use, with their reasons. */
  quarantine: { name: 'quarantine.jsonl', schema: z.json() },
  stats: { name: 'stats.json', schema: z.json() },
} as const;

/** An artifact may lack files that its making has no use for, or that its version did not write yet. */
export const artifactFiles = {
  dataset: {
    ...datasetFiles,
    /** Items of a user's own benchmark, and their pictures by the paths that the items name. */
    own: {
      name: 'own-items.json',
      schema: z.strictObject({ items: z.array(ownItemSchema), images: z.record(z.string(), imageRefSchema) }),
    },
  },
  questions: {
    train: { name: 'train.jsonl', schema: questionSchema },
    validation: { name: 'validation.jsonl', schema: questionSchema },
    test: { name: 'test.jsonl', schema: questionSchema },
    /** What the options' labels alone answer to the test questions. */
    textOnly: { name: 'text-only.jsonl', schema: textOnlyAnswerSchema },
  },
  trajectories: written,
  concepts: { ...written, explanations: { name: 'explanations.jsonl', schema: z.json() } },
  judgements: {
    train: { name: 'train.jsonl', schema: judgedRowSchema },
    validation: { name: 'validation.jsonl', schema: judgedRowSchema },
  },
  descriptions: { descriptions: { name: 'descriptions.jsonl', schema: descriptionSchema } },
  narratives: {
    narratives: { name: 'narratives.jsonl', schema: narrativeSchema },
    quarantine: written.quarantine,
    stats: written.stats,
  },
  scores: {
    scores: { name: 'scores.jsonl', schema: scoredNarrativeSchema },
    stats: { name: 'stats.json', schema: scorerSchema },
  },
  certified: {
    certified: { name: 'certified.jsonl', schema: certifiedNarrativeSchema },
    reviews: { name: 'reviews.jsonl', schema: reviewSchema },
  },
  dermcot: {
    train: { name: 'train.jsonl', schema: dermcotRowSchema },
    validation: { name: 'validation.jsonl', schema: dermcotRowSchema },
    stats: written.stats,
  },
  /** Files as Hugging Face has them. */
  model: { config: { name: 'config.json', schema: z.json() } },
  /** All that a trainer saves, and the log of its stage so far. */
  checkpoint: {
    weights: { name: peftFiles.weights, schema: bytes },
    config: { name: peftFiles.config, schema: z.record(z.string(), z.json()) },
    metrics: { name: 'dermflow-metrics.jsonl', schema: metricsLineSchema },
    samples: { name: 'dermflow-samples.jsonl', schema: loggedSampleSchema },
    usage: { name: 'dermflow-usage.jsonl', schema: usageLineSchema },
  },
  adapter: {
    weights: { name: peftFiles.weights, schema: bytes },
    config: { name: peftFiles.config, schema: z.record(z.string(), z.json()) },
    card: { name: 'README.md', schema: z.string() },
    licence: { name: licenceFile, schema: z.string() },
    /** Of a distillation's adapters: how plain Transformers loads them, and the side branch where they have one. */
    loader: { name: 'load_adapters.py', schema: z.string() },
    branch: { name: 'branch.py', schema: z.string() },
  },
  metrics: {
    metrics: { name: 'metrics.jsonl', schema: metricsLineSchema },
    samples: { name: 'samples.jsonl', schema: sampleLineSchema },
    usage: { name: 'usage.jsonl', schema: usageLineSchema },
  },
  /** Graphs and tokenizer as the trainer exports them, or one graph of an image encoder with its settings. */
  onnx: { encoder: { name: 'encoder.json', schema: encoderSettingsSchema } },
  evaluation: {
    items: { name: 'items.jsonl', schema: evaluationItemSchema },
    summary: { name: 'summary.json', schema: evaluationSummarySchema },
  },
  benchmark: {
    /** What was asked: the same bytes for every model that was asked the same, so that the store keeps them once. */
    asked: { name: 'asked.jsonl', schema: benchmarkItemSchema },
    /** The first answer to each item. */
    items: { name: 'items.jsonl', schema: scoredItemSchema },
    /** All answers to each item, where there are several. */
    samples: { name: 'samples.jsonl', schema: scoredItemSchema.extend({ sample: z.int().nonnegative() }) },
    summary: { name: 'summary.json', schema: benchmarkSummarySchema },
    /** Of an evaluation by a judge: each of its replies, anchors among them. */
    judgements: { name: 'judgements.jsonl', schema: judgementSchema },
  },
  run: {
    record: { name: 'record.json', schema: runRecordSchema },
  },
  night: {
    record: { name: 'night.json', schema: nightRecordSchema },
    /** Of a night that begins a line. */
    anchors: { name: 'anchors.json', schema: anchorsSchema },
    /** The nights up to this one. */
    page: { name: 'trend.html', schema: z.string() },
  },
  report: {
    page: { name: reportPageName, schema: z.string() },
    /** Of the run's method. */
    report: { name: 'report.json', schema: z.union(methods.flatMap(({ report }) => report ?? [])) },
  },
} as const satisfies Record<ArtifactKind, Readonly<Record<string, ArtifactFile>>>;
