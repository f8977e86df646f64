/**
 * How the adapters of a dual distillation are trained (SkinGPT-R1). Defaults are the values of its public code; that code
 * publishes no weight decay and no bound of the gradient, which are as its framework has them.
 */
import { z } from 'zod';
import { distillationSchema } from '../jobs/distillation.ts';

export const distilSchema = z.strictObject({
  epochs: z.int().min(0).default(10),
  /** The same without the teacher, the ablation "+ DermCoT"; 0 leaves it out. */
  dermcotEpochs: z.int().min(0).default(0),
  batchSize: z.int().positive().default(128),
  perDeviceBatchSize: z.int().positive().default(4),
  learningRate: z.number().positive().default(1e-4),
  warmupRatio: z.number().min(0).max(1).default(0.03),
  weightDecay: z.number().min(0).default(0),
  maxGradNorm: z.number().positive().default(1),
  saveEvery: z.int().positive(),
  adapters: distillationSchema.prefault({}),
});
export type DistilSettings = z.infer<typeof distilSchema>;
