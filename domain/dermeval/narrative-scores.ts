/** What a judge's scores of many narratives are summed up to, on the scale from 0 to 5. */
import { z } from 'zod';
import { perDimension } from './dimensions.ts';
import { judgePinSchema } from './judge.ts';

/** A mean with its 95 % interval by patients or lesions. */
const estimateSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number(), items: z.int() });

export const narrativeScoresSchema = z.strictObject({
  /** The name under which the judge was asked for, and all that its scores depend on. */
  judge: z.strictObject({ name: z.string(), pin: judgePinSchema }),
  /** Null where no text has it. */
  dimensions: perDimension(estimateSchema.nullable()),
  /** Of the texts with all six. */
  average: estimateSchema.nullable(),
  /** Texts that lack a score, and scores that are missing. */
  missing: z.strictObject({ texts: z.int(), scores: z.int() }),
  /** Standard deviation of the scores of one text; null unless each was judged several times. */
  repeatability: perDimension(z.number().nullable()).nullable(),
  /** Mean of the anchors; null without any. */
  anchors: z.strictObject({ certified: z.number().nullable(), mismatched: z.number().nullable() }),
});
export type NarrativeScores = z.infer<typeof narrativeScoresSchema>;
