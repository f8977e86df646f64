/** Narratives of DermCoT: what is written about a labelled picture, and what became of it. */
import { z } from 'zod';
import { imageRefSchema } from '../cases/case.ts';
import { scoresSchema } from '../dermeval/dimensions.ts';
import { scorers } from '../recipe/narratives.ts';
import { sftRowSchema } from '../trajectories/row.ts';

/** A line of `descriptions.jsonl`: what a model wrote that did not know the diagnosis. */
export const descriptionSchema = z.strictObject({
  /** Of the narrative. */
  id: z.string(),
  caseId: z.string(),
  /** In the standard form; as it was written where it is of no use. */
  text: z.string(),
  /** Why it is of no use; null where nothing is wrong with it. */
  fault: z.string().nullable(),
});
export type Description = z.infer<typeof descriptionSchema>;

export const narrativeId = (caseId: string, candidate: number): string => `${caseId}#${candidate + 1}`;

/** A line of `narratives.jsonl`: a candidate in the standard form. */
export const narrativeSchema = z.strictObject({
  /** `<id of the case>#<number of the candidate>` */
  id: z.string(),
  caseId: z.string(),
  /** Patient or lesion. */
  group: z.string(),
  source: z.string(),
  image: imageRefSchema,
  /** Perceptual hash of the picture, as a case has it. */
  look: z.string(),
  diagnosis: z.string(),
  /** Written first, by a model that did not know the diagnosis. */
  description: z.string(),
  /** Written then, by a model that was given both. */
  rationale: z.string(),
  /** The two in the standard form: what a model is trained to answer. */
  text: z.string(),
  /** Of the skin, as domain/trainer.ts has it; absent where it is not known. */
  skinTone: z.int().min(0).max(2).exactOptional(),
});
export type Narrative = z.infer<typeof narrativeSchema>;

/** A line of `scores.jsonl`. */
export const scoredNarrativeSchema = z.strictObject({
  id: z.string(),
  scores: scoresSchema,
  /** Why scores are missing; null where none is. */
  fault: z.string().nullable(),
  /** What the scorer wrote; null where it writes nothing. */
  text: z.string().nullable(),
});
export type ScoredNarrative = z.infer<typeof scoredNarrativeSchema>;

/** `stats.json` of an artifact of scores: whose they are. */
export const scorerSchema = z.strictObject({
  by: z.enum(scorers),
  /** For people: a judge in words, an evaluator's checkpoint, what is known of drawings. */
  words: z.string(),
  /** All that a score depends on beside the narrative. */
  pin: z.json(),
});
export type ScorerIdentity = z.infer<typeof scorerSchema>;

/** A row of DermCoT that is trained on. */
export const dermcotRowSchema = z.strictObject({
  ...sftRowSchema.shape,
  diagnosis: z.string(),
  group: z.string(),
  /** Mean of the six dimensions. */
  mean: z.number().nullable(),
  /** Whether people certified it, a program stood in for them, or a scorer chose it. */
  origin: z.enum(['filtered', 'certified', 'scripted']),
});
export type DermcotRow = z.infer<typeof dermcotRowSchema>;
