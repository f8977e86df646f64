/** `report.json` of a run of SkinGPT-R1. The page is drawn from this and nothing else. */
import { z } from 'zod';
import { benchmarkScoreSchema } from '../../../contracts/benchmarks.ts';
import { modelRefSchema } from '../../../contracts/references.ts';
import { dimensionKeys, perDimension } from '../../../dermeval/dimensions.ts';
import { narrativeScoresSchema } from '../../../dermeval/narrative-scores.ts';
import { readers } from '../../../evaluation/scored.ts';
import { scorerSchema } from '../../../narratives/narrative.ts';
import { skinGptR1RecipeSchema } from '../../../recipe/methods/skingpt-r1.ts';
import { casesCardSchema, lineageEntrySchema, spentSchema } from '../../../report/parts.ts';
import { metricsLineSchema } from '../../../report/training-log.ts';

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** With a 95 % interval by patients or lesions. */
const estimateSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Means of some texts, from 0 to 5; null where no text has the score. `average`: of those with all six. */
export const meansSchema = narrativeScoresSchema.pick({ dimensions: true, average: true });
export type Means = z.infer<typeof meansSchema>;

const agreementSchema = z
  .strictObject({
    items: count,
    groups: count,
    /** Mean absolute deviation. */
    deviation: estimateSchema,
    /** Mean of the first less the second. */
    bias: estimateSchema,
    /** Pearson's; null where it is not defined. */
    correlation: estimateSchema.nullable(),
  })
  .nullable();
/** Two who scored the same texts, by dimension and by the mean of the six; null where no text has both. */
export const agreementsSchema = z.strictObject({
  dimensions: perDimension(agreementSchema),
  average: agreementSchema,
});
export type Agreements = z.infer<typeof agreementsSchema>;

const narrativesSchema = z.strictObject({
  counts: z.strictObject({ cases: count, written: count, rejected: count, llmCalls: count }),
  /** Why replies were rejected, the most frequent first. */
  reasons: z.array(z.strictObject({ reason: z.string(), count })),
  scorer: scorerSchema,
  /** Narratives without all six scores. */
  missing: count,
  groups: z.array(z.strictObject({ name: z.enum(['kept', 'dropped']), narratives: count, means: meansSchema })),
  /** By the skin's tone, with what is not known last; empty where none is known. */
  tones: z.array(z.strictObject({ tone: z.string().nullable(), narratives: count, kept: count, means: meansSchema })),
  /** Rows that are trained on, those that validate, and where they are from. */
  rows: z.strictObject({ train: count, validation: count, certified: count, filtered: count, dropped: count }),
});

const certifiedSchema = z.strictObject({
  counts: z.strictObject({
    ...{ certified: count, skipped: count, settled: count, train: count, bench: count, evaluatorRows: count },
  }),
  /** `kind`: whether a person, or a program instead of one. */
  reviewers: z.array(
    z.strictObject({
      ...{ name: z.string(), kind: z.enum(['person', 'script']) },
      ...{ scored: count, skipped: count, settled: count, edited: count },
      /** When the first and the last review that counts was given; absent of a program, which has no clock. */
      ...{ from: z.iso.datetime().exactOptional(), to: z.iso.datetime().exactOptional() },
    }),
  ),
  parts: z.array(z.strictObject({ part: z.enum(['train', 'bench']), narratives: count, means: meansSchema })),
  /** Reviewers with one another, each pair on what both scored; null with one reviewer. */
  between: agreementsSchema.nullable(),
  /** What scored the narratives less the reviewers. */
  scorer: z.strictObject({
    /** A trained evaluator has learned from the training part, so that the other part alone counts. */
    part: z.enum(['bench', 'all']),
    agreements: agreementsSchema,
  }),
});

/** Second less first on the items of both. */
const pairSchema = z.strictObject({
  ...{ first: z.string(), second: z.string(), items: count, groups: count },
  ...{ difference: z.number(), low: z.number(), high: z.number() },
  p: share,
  /** By Holm's method, for the pairs of one table. */
  correctedP: share,
  /** The least difference that would be found four times in five. */
  detectable: z.number(),
});
export type Pair = z.infer<typeof pairSchema>;

const modelSchema = z.strictObject({ label: z.string(), title: z.string() });

/** A model on a set. `grey`: without its pictures; null where that was not asked. */
const recognisedSchema = benchmarkScoreSchema
  .pick({ items: true, groups: true, strict: true, lenient: true })
  .extend({ ...modelSchema.shape, grey: benchmarkScoreSchema.pick({ strict: true, lenient: true }).nullable() });

export const classificationSchema = z.strictObject({
  benchmark: z.string(),
  models: z.array(recognisedSchema),
  /** By each reader; differences are shares. */
  pairs: z.array(pairSchema.extend({ reader: z.enum(readers) })),
});
export type Classification = z.infer<typeof classificationSchema>;

export const benchSchema = z.strictObject({
  benchmark: z.string(),
  /** Whose the scores are, in words. */
  scorer: z.string(),
  models: z.array(
    z.strictObject({
      ...modelSchema.shape,
      texts: count,
      means: meansSchema,
      /** What a judge's evaluation also says; absent where no judge scored. */
      judged: narrativeScoresSchema
        .pick({ judge: true, missing: true, repeatability: true, anchors: true })
        .exactOptional(),
    }),
  ),
  /** Differences on the scale from 0 to 5. */
  pairs: z.array(pairSchema.extend({ dimension: z.enum([...dimensionKeys, 'average']) })),
});
export type Bench = z.infer<typeof benchSchema>;

const publishedSchema = z.strictObject({
  ...{ source: z.string(), model: z.string(), value: z.number(), note: z.string() },
  /** Ours, of the final model; null where nothing was scored. */
  ours: estimateSchema.nullable(),
  /** By how much the mean is above the base model's, as a share of that. */
  gain: z.strictObject({ published: z.number(), ours: z.number().nullable() }),
  notComparable: z.array(z.string()).min(1),
});

export const narrativeReportSchema = z.strictObject({
  schema: z.literal(1),
  run: z.string(),
  recipe: skinGptR1RecipeSchema,
  model: modelRefSchema,
  /** The findings in plain words. */
  summary: z.array(z.string()),
  /** Label of the model that the run is about. */
  final: z.string(),
  narratives: narrativesSchema,
  /** Null where no case was reviewed. */
  certified: certifiedSchema.nullable(),
  classification: z.array(classificationSchema),
  /** DermBench's part of the run; null where it has none. */
  bench: benchSchema.nullable(),
  published: publishedSchema,
  /** Of the stages that were trained, by the fields of `report.json` that `domain/stages/` names. */
  training: z.record(z.string(), z.array(metricsLineSchema)),
  data: casesCardSchema,
  spent: spentSchema,
  lineage: z.array(lineageEntrySchema),
  /** Versions of what computed it, by name. */
  software: z.record(z.string(), z.string()),
});
export type NarrativeReport = z.infer<typeof narrativeReportSchema>;
