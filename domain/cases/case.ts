/** A case: what one row of any data set becomes, and the base unit of the papers, (I, r, d). */
import { z } from 'zod';
import { blobRefSchema } from '../artifact.ts';
import { malignancySchema } from '../knowledge/malignancy.ts';
import { perceptualHashPattern } from './perceptual-hash.ts';

/** A PNG within the pixel budget, metadata stripped, both sides multiples of the recipe's `snapTo`. */
export const imageRefSchema = blobRefSchema.extend({ width: z.int().positive(), height: z.int().positive() });
export type ImageRef = z.infer<typeof imageRefSchema>;

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

/** How the picture was taken: through a dermatoscope, or by a camera at some distance. */
export const modalities = ['dermoscopic', 'clinical', 'unknown'] as const;
export type Modality = (typeof modalities)[number];

/** What is known of a picture whether or not it has a diagnosis. */
export const pictureShape = {
  /** `<source>/<id in the set>` */
  id: z.string(),
  /** Data set, and its part where it has several, e.g. `ham10000` or `omnimedvqa/isic2018`. */
  source: z.string(),
  images: z.array(imageRefSchema).min(1),
  /**
   * Perceptual hash of the first image (perceptual-hash.ts). The field keeps the name that it was first stored by: with
   * another one, all imports and what was made from them would be other artifacts.
   */
  look: z.string().regex(perceptualHashPattern, 'expected a grey level for each of 24 x 24 cells'),
  modality: z.enum(modalities),
  /** Patient or lesion: never straddles two splits. Sets that name the same lesion share the group. */
  group: z.string(),
  /** The lesion, where `group` is its patient. */
  lesion: z.string().optional(),
  /** Names of the picture in public archives, e.g. `isic/ISIC_0027419`; equal ones are the same picture. */
  archiveIds: z.array(z.string()),
  /** The data set's own split, kept where it exists. */
  officialSplit: z.enum(splits).optional(),
};

export type Picture = z.infer<z.ZodObject<typeof pictureShape>>;

export const provenanceSchema = z.record(z.string(), z.json());

export const caseSchema = z.strictObject({
  ...pictureShape,
  /** Canonical name of a taxonomy node. */
  diagnosis: z.string(),
  /** Names from the root to `diagnosis`: the path P of Eq. 7. */
  path: z.array(z.string()).min(1),
  /** The other children of its parent; with `path` the taxonomy annotation t (A3). */
  siblings: z.array(z.string()),
  malignancy: malignancySchema,
  /** Signs that an expert noted, e.g. `{ "pigment network": "atypical" }`. */
  concepts: z.record(z.string(), z.string()).optional(),
  /** Textbook rationale r; absent for label-only sets. */
  rationale: z.string().optional(),
  /** Book and page of a textbook case. */
  reference: z.string().optional(),
  /** What else its source says of it, as it stands there, e.g. `{ "page": 112 }`. */
  provenance: provenanceSchema.optional(),
  split: z.enum(splits).optional(),
});
export type Case = z.infer<typeof caseSchema>;
