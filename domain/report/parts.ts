/** Parts of `report.json` that those of several methods have. */
import { z } from 'zod';
import { artifactKinds, sha256Schema } from '../artifact.ts';
import { modalities } from '../cases/case.ts';
import { malignancySchema } from '../knowledge/malignancy.ts';
import { llmAccountSchema } from '../llm-account.ts';

const count = z.int().nonnegative();

/** The cases of a run, whatever is made of them. */
export const casesCardSchema = z.strictObject({
  /** True where the images were drawn by Dermflow. */
  generated: z.boolean(),
  cases: z.strictObject({ train: count, validation: count, test: count, textbook: count, quarantined: count }),
  /** Cases of each diagnosis in each split, the most frequent first. */
  diagnoses: z.array(
    z.strictObject({
      diagnosis: z.string(),
      malignancy: malignancySchema,
      train: count,
      validation: count,
      test: count,
    }),
  ),
  /** Cases by the way the picture was taken. */
  modalities: z.array(z.strictObject({ modality: z.enum(modalities), train: count, validation: count, test: count })),
  /** What was left of DermNet after each step of its filter; empty without that set. */
  funnel: z.array(z.strictObject({ name: z.string(), images: count, classes: count })),
});
export type CasesCard = z.infer<typeof casesCardSchema>;

/** What the run spent on the language model, by stage; a stage that found its work done is not there. */
export const spentSchema = z.array(z.strictObject({ stage: z.string(), account: llmAccountSchema }));
export type Spent = z.infer<typeof spentSchema>;

/** An artifact that the report rests on. */
export const lineageEntrySchema = z.strictObject({
  kind: z.enum(artifactKinds),
  key: z.string(),
  sha256: sha256Schema,
  method: z.string(),
  files: count,
  bytes: count,
  /** What it was made from. `artifact` is false for digests of other things, e.g. of the knowledge files. */
  inputs: z.array(z.strictObject({ name: z.string(), sha256: sha256Schema, artifact: z.boolean() })),
});
export type LineageEntry = z.infer<typeof lineageEntrySchema>;
