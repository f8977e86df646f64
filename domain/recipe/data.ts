/** Which data a run reads, how they are split, and what becomes of pictures that training has seen. */
import { z } from 'zod';
import { artifactRefSchema } from '../artifact.ts';
import { defaultMinImagesPerClass } from '../cases/dermnet-filter.ts';

/** Data sets in the layouts in which they are distributed; docs/data-sets.md says where to get each. */
export const adapterNames = [
  'bcn20000',
  'ddi',
  'derm12345',
  'derm7pt',
  'dermnet',
  'fitzpatrick17k',
  'ham10000',
  'isic2018',
  'isic2019',
  'isic2020',
  'isic-archive',
  'omnimedvqa',
  'pad-ufes-20',
  'skincon',
  'textbook',
] as const;
export type AdapterName = (typeof adapterNames)[number];

const sourceSchema = z.strictObject({
  adapter: z.enum(adapterNames),
  /**
   * `test`: all its labelled cases are tested and none is trained on, less what training has seen where `leaks.test` is
   * `exclude`. `ood`: the same of a set that brings its own questions (A26). `concepts`: its pictures and their concepts
   * serve `sft.conceptAlignment` alone.
   */
  use: z.enum(['training', 'test', 'ood', 'concepts']).default('training'),
  /** The reference that `--data DIR` or `dermflow data import` puts here. */
  imported: artifactRefSchema.optional(),
});
export type DataSource = z.infer<typeof sourceSchema>;

/** A generated, labelled-as-such image set in a real set's layout. */
const generatedSchema = z.strictObject({
  /** Cases for reinforcement learning, validation and test; about two images per patient. */
  images: z.int().min(40),
  /** Textbook-style cases with a rationale. */
  textbook: z.int().min(8),
  /** Share of cases in which one finding is replaced by a random one, in the clinic and in the textbook. */
  atypical: z.number().min(0).max(1),
  atypicalTextbook: z.number().min(0).max(1),
});
export type GeneratedSpec = z.infer<typeof generatedSchema>;

/** An ONNX graph from `[n, 3, side, side]` to `[n, d]`, or to `[n, tokens, d]`, of which the first token counts. */
const encoderSchema = z.strictObject({
  /** Below DERMFLOW_PLUGINS on the cpu worker. */
  file: z.string().min(1),
  side: z.int().positive().default(224),
  /** Mean and deviation of the channels, for pixels from 0 to 1; ImageNet's. */
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0.485, 0.456, 0.406]),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).default([0.229, 0.224, 0.225]),
  /** Cosine from which on two pictures are near-duplicates. */
  similarity: z.number().min(0).max(1).default(0.95),
});
export type DuplicateEncoderSettings = z.infer<typeof encoderSchema>;

export const dataSchema = z.strictObject({
  /** Each adapter at most once. */
  sources: z
    .array(sourceSchema)
    .min(1)
    .refine((sources) => new Set(sources.map((s) => s.adapter)).size === sources.length, 'an adapter stands twice'),
  /** Draws the sources ham10000 and textbook instead of reading them. */
  generate: generatedSchema.optional(),
  /** 6:2:2 in the paper. */
  split: z.strictObject({ train: z.number().positive(), validation: z.number().min(0), test: z.number().positive() }),
  groupBy: z.enum(['patient', 'image']),
  /** 448 * 448 = 200,704 px in the paper, as a pixel budget with the aspect kept (A19). */
  maxPixels: z.int().positive(),
  /** Sides are rounded to multiples of this (28 for Qwen2.5-VL), as its processor would. */
  snapTo: z.int().positive(),
  /** Share of absent or unusable images that are quarantined and counted before the stage fails. */
  maxBadShare: z.number().min(0).max(1),
  /** DermNet's classes of fewer images are dropped. */
  minImagesPerClass: z.int().min(1).default(defaultMinImagesPerClass),
  /** What becomes of test pictures that training has seen: counted, or counted and taken out. */
  leaks: z
    .strictObject({ test: z.enum(['report', 'exclude']), ood: z.enum(['report', 'exclude']) })
    .default({ test: 'report', ood: 'exclude' }),
  /** An image encoder that looks for near-duplicates too. */
  encoder: encoderSchema.nullable().default(null),
});
