/**
 * A benchmark is one object: what is asked, how an answer is scored, how scores are shown, and what was published. The
 * catalogue (`catalogue/index.ts`) lists them; a new one is a file and a line there, or a user's file of items
 * (`own-items.ts`).
 */
import { z } from 'zod';
import { type Case, imageRefSchema } from '../cases/case.ts';
import type { ReadyCase } from '../cases/undiagnosed.ts';
import type { ScoredItem, ScoredRow } from '../evaluation/scored.ts';
import { malignancySchema } from '../knowledge/malignancy.ts';
import { type EvaluationProfile, questionKinds } from '../prompts/profile.ts';
import type { PublishedTable } from '../published/published.ts';
import { optionSchema, type Question } from '../questions/question.ts';
import type { BenchmarkSummary } from './summaries/summary.ts';

/**
 * One question to a model. A runner needs `id`, `image`, `system` and `prompt`; the rest is the scorer's. Two items are
 * the same to a model where system, prompt and image are the same, whatever their benchmark.
 */
export const benchmarkItemSchema = z.strictObject({
  /** Unique in its benchmark, and the same in every evaluation of it, so that two can be paired. */
  id: z.string().min(1),
  caseId: z.string(),
  /** Patient or lesion: items of one group are not independent. */
  group: z.string(),
  /** Data set: the column in which the item is counted. */
  source: z.string(),
  image: imageRefSchema,
  /** System text of the conversation; null: none. */
  system: z.string().nullable(),
  /** The complete text for the model, options included. */
  prompt: z.string(),
  kind: z.enum(questionKinds),
  /** Empty where the question is open. */
  options: z.array(optionSchema),
  /** Letter of the right option; null where the question is open. */
  answer: z.string().nullable(),
  /** Of the case; null where it has none. */
  diagnosis: z.string().nullable(),
  malignancy: malignancySchema.nullable(),
  /** Signs that an expert noted in the picture. */
  concepts: z.array(z.string()),
  /** A certified narrative of the case, with which a judge compares; absent where there is none. */
  reference: z.string().min(1).optional(),
  /** By which results may be broken down, e.g. `{ "skin tone": "V-VI" }`. */
  attributes: z.record(z.string(), z.string()),
});
export type BenchmarkItem = z.infer<typeof benchmarkItemSchema>;

/** What a run keeps and items are made of. A caller gives what it has; a benchmark uses what it `reads`. */
export interface BenchmarkSources {
  /** `questions.test` of a run. */
  questions?: readonly Question[];
  /** `dataset.ood`: items with questions of their own that training has not seen. */
  ready?: readonly ReadyCase[];
  /** `dataset.cases` of the test split. */
  cases?: readonly Case[];
}

export interface Benchmark {
  name: string;
  title: string;
  /** One or two sentences: what is asked of which data, and what a score means. */
  description: string;
  /** What its items are made of. */
  reads: readonly (keyof BenchmarkSources)[];
  /** Whether an item depends on all rows of the sources; else those of a part of the rows are a part of the items. */
  choosesAmongAll: boolean;
  /** Names of the prompts that it asks with (App. D), for people. */
  prompt: string;
  /** What is missing where `items` gives none. */
  needs: string;
  /** In the order of the sources; equal sources and profile give equal items. */
  items(sources: BenchmarkSources, profile: EvaluationProfile): BenchmarkItem[];
  /** Reads one output by both readers. */
  score(item: BenchmarkItem, output: string): ScoredItem;
  /** The numbers of a table's row: a column for each set, and the averages. */
  summarise(items: Iterable<ScoredRow>): BenchmarkSummary;
  /** Tables with rows of other models on what this benchmark asks. */
  published: readonly PublishedTable[];
}
