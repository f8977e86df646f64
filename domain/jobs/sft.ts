/** Supervised fine-tuning of an adapter, or of parts of the model. */
import { z } from 'zod';
import { rowsSchema, trainingSchema } from './common.ts';

export const sftJobSchema = z.strictObject({
  ...trainingSchema,
  job: z.literal('sft'),
  /** Evaluated at `stopAt`; null: no validation loss. */
  validation: rowsSchema.nullable(),
  /** Sequences per optimiser step over all devices, and per device and forward pass. */
  batchSize: z.int().positive(),
  perDeviceBatchSize: z.int().positive(),
});
export type SftJob = z.infer<typeof sftJobSchema>;
