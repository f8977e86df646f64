/**
 * The adapters of a dual distillation and the weights of its losses. Defaults are those of SkinGPT-R1's public code
 * (docs/method.md says which of them its paper does not name).
 */
import { z } from 'zod';

/**
 * The side branch of the public code: experts on the raw patches of a picture in place of the vision tower's features, and
 * a classifier of the skin's tone that steers their routers.
 */
const branchSchema = z.strictObject({
  width: z.int().positive().default(1024),
  /** Inner width of an expert and of the classifier. */
  bottleneck: z.int().positive().default(64),
  layers: z.int().positive().default(4),
  experts: z.int().positive().default(8),
  /** Experts that a patch is given to. */
  active: z.int().positive().default(2),
});

const weight = z.number().min(0);

/** What each loss counts. `auxiliary` and `tone` are of the side branch: how evenly experts are used, and the skin's tone. */
const lossWeightsSchema = z.strictObject({
  sft: weight.default(1),
  distil: weight.default(0.1),
  auxiliary: weight.default(0.001),
  tone: weight.default(0.1),
});

/** What the language adapter's bias depends on: the picture alone, as published, or the text before each token too. */
const biasInputs = ['picture', 'picture-and-text'] as const;

export const distillationSchema = z.strictObject({
  /** Of the teacher's features: PanDerm ViT-L/16's. */
  width: z.int().positive().default(1024),
  /** Of the language adapter. */
  rank: z.int().positive().default(64),
  reads: z.enum(biasInputs).default('picture'),
  /** By which the bias is multiplied at first; it is trained. */
  biasScale: z.number().positive().default(1.5),
  weights: lossWeightsSchema.prefault({}),
  branch: branchSchema
    .refine(({ experts, active }) => active <= experts, {
      path: ['active'],
      message: 'a patch cannot be given to more experts than there are',
    })
    .nullable()
    .default(null),
});
export type DistillationSettings = z.infer<typeof distillationSchema>;
