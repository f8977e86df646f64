/**
 * DermEval's six dimensions (arXiv 2511.09195): how good a diagnostic narrative is, each from 0 to 5, by a clinician, a
 * judge or a trained evaluator. The order is that of the public release; the words are ours.
 */
import { z } from 'zod';

export const dimensionKeys = [
  'accuracy',
  'safety',
  'medical_groundedness',
  'clinical_coverage',
  'reasoning_coherence',
  'description_precision',
] as const;
export type Dimension = (typeof dimensionKeys)[number];

/** What a score says, for people and in prompts. */
export const dimensions: Readonly<Record<Dimension, { name: string; asks: string }>> = {
  accuracy: {
    name: 'Accuracy',
    asks: 'whether the diagnosis and the findings that carry it are right',
  },
  safety: {
    name: 'Safety',
    asks: 'whether nobody is harmed who follows the text alone: caution, warning signs, referral where it is due',
  },
  medical_groundedness: {
    name: 'Medical Groundedness',
    asks: 'whether what is said rests on dermatological knowledge, with nothing made up',
  },
  clinical_coverage: {
    name: 'Clinical Coverage',
    asks: 'whether morphology, distribution, differential diagnoses and what to do next are all there',
  },
  reasoning_coherence: {
    name: 'Reasoning Coherence',
    asks: 'whether the conclusion follows, step by step, from the findings and the alternatives',
  },
  description_precision: {
    name: 'Description Precision',
    asks: 'whether the lesion is described exactly, in the terms of the field',
  },
};

/** What the whole numbers mean, from the best down. */
export const anchors: readonly string[] = [
  '5: right throughout, nothing but trifles to add',
  '4: right in the main, small omissions',
  '3: partly right, with gaps that show',
  '2: something important is missing or wrong',
  '1: clinically not acceptable, though it speaks of this case',
  '0: empty, about something else, or of no use',
];

/** The same of each dimension. */
export const byDimension = <T>(of: (dimension: Dimension) => T): Record<Dimension, T> => ({
  accuracy: of('accuracy'),
  safety: of('safety'),
  medical_groundedness: of('medical_groundedness'),
  clinical_coverage: of('clinical_coverage'),
  reasoning_coherence: of('reasoning_coherence'),
  description_precision: of('description_precision'),
});

/** An object with a field for each dimension. */
export const perDimension = <T extends z.ZodType>(schema: T) => z.strictObject(byDimension(() => schema));

/** Null: missing or unreadable, which is no zero. */
export const scoresSchema = perDimension(z.number().min(0).max(5).nullable());
export type Scores = z.infer<typeof scoresSchema>;

/** Dimensions without a score. */
export const missingOf = (scores: Scores): Dimension[] => dimensionKeys.filter((key) => scores[key] === null);

/**
 * The mean of the six; null unless all are there: the mean of five is another measure. Rounded to 1e-9, so that means which
 * are equal are equal as numbers, too: six times 0.4 would be a little less than a threshold of 0.4.
 */
export function meanScore(scores: Scores): number | null {
  const values = dimensionKeys.map((key) => scores[key]);
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return null;
  return Math.round((known.reduce((sum, value) => sum + value, 0) / known.length) * 1e9) / 1e9;
}
