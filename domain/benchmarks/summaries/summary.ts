/** What a benchmark's scores are summed up to: a column for each data set, and the averages of the paper's tables. */
import { z } from 'zod';
import { unreadableForms } from '../../questions/extract.ts';

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();

/** A mean of scores with its 95 % interval by patients or lesions. */
const estimateSchema = z.strictObject({ value: share, low: share, high: share });

export const readerScoresSchema = z.strictObject({
  /** Accuracy, or the mean of shares where answers are not right or wrong alone. */
  score: estimateSchema,
  /** Over the labels that occur as the right answer; null where answers have no classes. */
  macroF1: estimateSchema.nullable(),
  /** Share of outputs from which this reader reads no answer. */
  unread: share,
});
export type ReaderScores = z.infer<typeof readerScoresSchema>;

const columnSchema = z.strictObject({
  /** Data set, or value of the attribute by which the items are broken down. */
  name: z.string(),
  title: z.string(),
  items: count,
  /** Patients or lesions. */
  groups: count,
  strict: readerScoresSchema,
  lenient: readerScoresSchema,
});
export type SummaryColumn = z.infer<typeof columnSchema>;

const averageSchema = z.strictObject({
  /**
   * As in the paper's tables: the mean of the columns weighted by their items, for accuracy and for F1. The score's is
   * the accuracy of all items together, and so has its interval.
   */
  weighted: z.strictObject({ score: estimateSchema, macroF1: share.nullable() }),
  /** Plain mean of the columns. */
  macro: z.strictObject({ score: share, macroF1: share.nullable() }),
  unread: share,
});

/** Of the items whose answer has a probability. */
const calibrationSummarySchema = z.strictObject({
  /** Those with a probability; the others, as many as the summary has more, are reported and not scored. */
  items: z.int().positive(),
  /** Expected calibration error, by the jackknife that leaves out one patient or lesion at a time. */
  ece: estimateSchema,
  brier: estimateSchema,
  /** Mean confidence less accuracy. */
  bias: z.number(),
  bins: z.array(
    z.strictObject({ low: share, high: share, items: count, confidence: share.nullable(), accuracy: share.nullable() }),
  ),
});
export type CalibrationSummary = z.infer<typeof calibrationSummarySchema>;

export const benchmarkSummarySchema = z.strictObject({
  benchmark: z.string(),
  items: count,
  groups: count,
  columns: z.array(columnSchema),
  average: z.strictObject({ strict: averageSchema, lenient: averageSchema }),
  /** What the strict reader could not read, by its form, the most frequent first. */
  unreadable: z.array(z.strictObject({ form: z.enum(unreadableForms), count: z.int().positive() })),
  /** By the strict reader; null where answers have no classes. `recall` is of each label that occurs. */
  classes: z
    .strictObject({
      labels: z.array(z.string()),
      counts: z.array(z.array(count)),
      unparsed: z.array(count),
      recall: z.array(z.strictObject({ label: z.string(), items: count, recall: share, low: share, high: share })),
    })
    .nullable(),
  /** Absent where no answer has a probability. */
  calibration: calibrationSummarySchema.optional(),
});
export type BenchmarkSummary = z.infer<typeof benchmarkSummarySchema>;
