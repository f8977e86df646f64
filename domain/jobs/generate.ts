/** Answers of a model by the trainer itself. */
import { z } from 'zod';
import { commonSchema, path, rowsSchema } from './common.ts';

/**
 * Generation by Transformers with the adapter unmerged: one JSON line `GeneratedRow` per row in `output/generated.jsonl`,
 * whole batches at a time, each there when its progress is reported.
 */
export const generateJobSchema = z.strictObject({
  ...commonSchema,
  job: z.literal('generate'),
  adapter: path.nullable(),
  data: rowsSchema,
  batchSize: z.int().positive(),
  maxNewTokens: z.int().positive(),
  /** Absent or 0: greedy. Above it each row is sampled by its own seed. */
  temperature: z.number().min(0).optional(),
});
export type GenerateJob = z.infer<typeof generateJobSchema>;
