/** Dual distillation (SkinGPT-R1). */
import { z } from 'zod';
import { path, rowsSchema, stretchSchema } from './common.ts';
import { distillationSchema } from './distillation.ts';

/**
 * Supervised fine-tuning of two adapters beside a frozen model, one of them taught by another encoder's features of the
 * same pictures; one picture per row. A checkpoint holds both, and nothing of the teacher.
 */
export const distillJobSchema = z.strictObject({
  ...stretchSchema,
  job: z.literal('distill'),
  /** Folder of such adapters to continue; null: fresh ones, with which the model answers as its base. */
  adapter: path.nullable(),
  /** Evaluated at `stopAt`; null: no validation loss. */
  validation: rowsSchema.nullable(),
  batchSize: z.int().positive(),
  perDeviceBatchSize: z.int().positive(),
  /**
   * Folder of the teacher's features: files as activities/features/feature-chunks.ts writes them, `*.bin`, which between
   * them have every picture of both parts, by the SHA-256 of its file. Null with a weight of 0 alone.
   */
  features: path.nullable(),
  distillation: distillationSchema,
});
export type DistillJob = z.infer<typeof distillJobSchema>;
