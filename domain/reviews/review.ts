/** What a reviewer said of a narrative, and the certified narrative that reviews end in. */
import { z } from 'zod';
import { scoresSchema } from '../dermeval/dimensions.ts';
import { narrativeSchema } from '../narratives/narrative.ts';

/** One judgement of one reviewer, at one moment: a later one of the same reviewer takes its place. */
export const reviewSchema = z.strictObject({
  /** Of the narrative. */
  id: z.string(),
  reviewer: z.string().min(1).max(80),
  /** A person, or a program that stands in for one. */
  kind: z.enum(['person', 'script']),
  /** The reviewer's own n-th judgement of this narrative, from 1. */
  turn: z.int().positive(),
  at: z.iso.datetime(),
  /** `settled`: the scores that hold where reviewers disagreed. */
  verdict: z.enum(['scored', 'skipped', 'settled']),
  /** All six, unless skipped. */
  scores: scoresSchema,
  /** The text as the reviewer would have it; null: as it is. */
  text: z.string().min(1).nullable(),
  note: z.string().max(2000).nullable(),
});
export type Review = z.infer<typeof reviewSchema>;

/** A line of `certified.jsonl`. */
export const certifiedSchema = z.strictObject({
  ...narrativeSchema.shape,
  /** The mean over reviewers, or what was settled. */
  scores: scoresSchema,
  reviewers: z.array(z.string()).min(1),
  kind: z.enum(['person', 'script']),
  settled: z.boolean(),
  /** When the last review came that counts. */
  at: z.iso.datetime(),
  part: z.enum(['train', 'bench']),
});
export type Certified = z.infer<typeof certifiedSchema>;
