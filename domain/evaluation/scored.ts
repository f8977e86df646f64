/** One scored answer of a benchmark: what both readers found in an output, and what it earned. */
import { z } from 'zod';
import { scoresSchema } from '../dermeval/dimensions.ts';
import { unreadableForms } from '../questions/extract.ts';
import type { Key } from '../rows/columns.ts';

const share = z.number().min(0).max(1);

/** What a reader found. */
const readingSchema = z.strictObject({
  /** Letter of the chosen option; null where none could be read, or the question has no options. */
  letter: z.string().nullable(),
  /** Label that was chosen or named; null where none could be read. */
  predicted: z.string().nullable(),
  correct: z.boolean(),
  /** 0 or 1 where the answer is right or wrong, else the share that is right, e.g. F1 of the concepts named. */
  score: share,
});
export type BenchmarkReading = z.infer<typeof readingSchema>;

export const scoredItemSchema = z.strictObject({
  id: z.string(),
  caseId: z.string(),
  /** Patient or lesion. */
  group: z.string(),
  /** Data set. */
  source: z.string(),
  attributes: z.record(z.string(), z.string()),
  output: z.string(),
  /** The right label. */
  expected: z.string(),
  strict: readingSchema,
  lenient: readingSchema,
  /** Why the strict reader found no answer; null where it found one. */
  unreadable: z.enum(unreadableForms).nullable(),
  /** Whether the stated lesion condition is the case's; null where none was stated or none is known. */
  conditionCorrect: z.boolean().nullable(),
  /** Probability of the answer that was read, among the options; absent where the model's side returns none. */
  confidence: share.optional(),
  /** Of a narrative that a judge has scored: each dimension, of 5. */
  dermeval: scoresSchema.optional(),
  /** Of a benchmark of concepts: those of the picture, and those that each reader found. */
  concepts: z
    .strictObject({ expected: z.array(z.string()), strict: z.array(z.string()), lenient: z.array(z.string()) })
    .optional(),
});
export type ScoredItem = z.infer<typeof scoredItemSchema>;

/** What sums over items are made of; a number may stand for the group. */
export type ScoredRow = Pick<
  ScoredItem,
  'source' | 'attributes' | 'expected' | 'strict' | 'lenient' | 'unreadable' | 'confidence'
> & {
  group: Key;
};

/** The two readers; every number is shown by both. */
export const readers = ['strict', 'lenient'] as const;
export type ReaderName = (typeof readers)[number];
