/**
 * How DermCoT's narratives are made, scored and chosen (SkinGPT-R1, arXiv 2511.15242), and which of them people certify.
 * The paper's numbers are 10,000 chosen and 3,000 certified; its threshold, writer and prompts are not public.
 */
import { z } from 'zod';

/**
 * Who scores narratives by the six dimensions. `judge`: a model at an endpoint, by the rubric. `dermeval`: the evaluator
 * that the run trains. `drawn`: what is known of a generated picture, of use for drawings alone.
 */
export const scorers = ['judge', 'dermeval', 'drawn'] as const;

export const narrativesSchema = z.strictObject({
  /** The most cases of the training part that are written about, in an order drawn by the seed; null: all. */
  cases: z.int().positive().nullable().default(null),
  /** Narratives per case. More than one needs a temperature above 0. */
  candidates: z.int().min(1).max(16).default(1),
  /**
   * Who describes a picture without knowing its label. `base`: the run's own base model. `llm`: the model that `llm` names,
   * which then sees the pictures when it gives the reasons, too.
   */
  describer: z.enum(['llm', 'base']).default('llm'),
  temperature: z.number().min(0).max(2).default(0.2),
  maxTokens: z.int().positive().default(1024),
  /** Share of descriptions and reasons that are of no use above which the stage fails. */
  maxRejectedShare: z.number().min(0).max(1),
  scoredBy: z.enum(scorers).default('judge'),
  /** Share of narratives without all six scores above which the stage fails. */
  maxUnscored: z.number().min(0).max(1).default(0.02),
  /** Which become training cases: of those with a mean of at least `threshold` the best `top`; null: no such bound. */
  keep: z
    .strictObject({
      threshold: z.number().min(0).max(5).nullable().default(null),
      top: z.int().positive().nullable().default(10_000),
    })
    .prefault({}),
  /** Share of patients or lesions whose narratives validate the training. */
  validationShare: z.number().min(0).max(0.5).default(0.05),
});
export type NarrativesSettings = z.infer<typeof narrativesSchema>;

export const certifiedSchema = z.strictObject({
  /** Narratives that people score, drawn by the seed. 0: none, and no benchmark of the run's own. */
  cases: z.int().min(0).default(3000),
  /** `people`: by `dermflow review`. `script`: a program in their place, for generated pictures alone, and called so. */
  by: z.enum(['people', 'script']).default('people'),
  /** People who score each case. */
  reviewers: z.int().min(1).max(5).default(2),
  /** Scores of one dimension that are further apart are a disagreement, which is settled before the case counts. */
  settleAbove: z.number().min(0).max(5).default(1),
  /** Mean from which on a certified narrative is trained on. */
  minMean: z.number().min(0).max(5).default(0),
  /** Share that becomes DermBench's part and is trained on by nobody. */
  benchShare: z.number().min(0).max(1).default(0.5),
  /** Hours after which the run reminds of cases that wait. */
  remindEveryHours: z.number().positive().default(24),
});
export type CertifiedSettings = z.infer<typeof certifiedSchema>;
