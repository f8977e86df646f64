/** A case: what one row of any data set becomes, and the base unit of the papers, (I, r, d). */
import { z } from 'zod';
import { blobRefSchema } from '../artifact.ts';

/** b* of Eq. 8; the malignancy at the finest level of the taxonomy. */
export const malignancies = ['benign', 'malignant', 'precancerous_in_situ'] as const;
export const malignancySchema = z.enum(malignancies);
export type Malignancy = z.infer<typeof malignancySchema>;

/** A PNG within the pixel budget, metadata stripped, both sides multiples of the recipe's `snapTo`. */
export const imageRefSchema = blobRefSchema.extend({ width: z.int().positive(), height: z.int().positive() });
export type ImageRef = z.infer<typeof imageRefSchema>;

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

export const caseSchema = z.strictObject({
  id: z.string(),
  images: z.array(imageRefSchema).min(1),
  /** Canonical name of a taxonomy node. */
  diagnosis: z.string(),
  /** Names from the root to `diagnosis`: the path P of Eq. 7. */
  path: z.array(z.string()).min(1),
  malignancy: malignancySchema,
  /** Patient or lesion: never straddles two splits. */
  group: z.string(),
  source: z.string(),
  /** Textbook rationale r; absent for label-only sets. */
  rationale: z.string().optional(),
  /** The data set's own split, kept where it exists. */
  officialSplit: z.enum(splits).optional(),
  split: z.enum(splits).optional(),
});
export type Case = z.infer<typeof caseSchema>;
