/** What a reviewer said of a narrative, and the certified narrative that reviews end in. */
import { z } from 'zod';
import { canonicalJson, digestOf } from '../artifact.ts';
import { type Dimension, dimensionKeys, scoresSchema } from '../dermeval/dimensions.ts';
import { type Narrative, narrativeSchema } from '../narratives/narrative.ts';
import { longestName } from './reviewer.ts';

/** Characters of a text that a reviewer edited. */
export const longestText = 20_000;

/** Scores that people give are in tenths. */
const isInTenths = (score: number): boolean => Math.abs(score * 10 - Math.round(score * 10)) < 1e-6;

/** One judgement of one reviewer, at one moment: a later one of the same reviewer takes its place. */
export const reviewSchema = z
  .strictObject({
    /** Of the narrative. */
    id: z.string(),
    reviewer: z
      .string()
      .min(1, 'is empty; give a name')
      .max(longestName, `is longer than ${longestName} characters; shorten it`),
    /** A person, or a program that stands in for one. */
    kind: z.enum(['person', 'script']),
    /** The reviewer's own n-th judgement of this narrative, from 1. */
    turn: z.int().positive(),
    at: z.iso.datetime({ error: 'is not a time in UTC; give one such as "2026-11-26T12:00:00Z"' }),
    /** `settled`: the scores that hold where reviewers disagreed. */
    verdict: z.enum(['scored', 'skipped', 'settled']),
    /** All six, in tenths; none where it was skipped. */
    scores: scoresSchema,
    /** The text as the reviewer would have it; null: as it is. */
    text: z.string().min(1).max(longestText).nullable(),
    note: z.string().max(2000).nullable(),
  })
  .superRefine(({ verdict, scores }, context) => {
    const wrong = (key: Dimension, message: string): void =>
      context.addIssue({ code: 'custom', path: ['scores', key], message });
    for (const key of dimensionKeys) {
      const score = scores[key];
      if (verdict === 'skipped' && score !== null) wrong(key, 'a skipped case has no scores; give null');
      if (verdict !== 'skipped' && score === null) wrong(key, 'is missing; give a number from 0 to 5');
      if (score !== null && !isInTenths(score)) wrong(key, 'has more than one decimal');
    }
  });
export type Review = z.infer<typeof reviewSchema>;

/**
 * What a reviewer saw and judged. Reviews are kept by it, so that they hold in every run that asks about the same text of
 * the same picture, however many cases it asks about.
 */
export const judgedDigest = ({ id, text, diagnosis, image }: Narrative): string =>
  digestOf(canonicalJson({ id, text, diagnosis, image: image.sha256 }));

/** A line of `certified.jsonl`. */
export const certifiedNarrativeSchema = z.strictObject({
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
export type Certified = z.infer<typeof certifiedNarrativeSchema>;
