/** The tiny base model. */
import { z } from 'zod';
import { commonSchema, rowsSchema } from './common.ts';

/**
 * Builds the tiny base model from a config: the tokenizer has one token for each phrase of `lexicon`, the weights are
 * trained on `data` in the order of its rows. `output` then holds a model in Hugging Face layout.
 */
export const buildBackboneJobSchema = z.strictObject({
  ...commonSchema,
  model: z.null(),
  job: z.literal('build-backbone'),
  lexicon: z.array(z.string()).min(1),
  data: rowsSchema,
  steps: z.int().positive(),
  batchSize: z.int().positive(),
  learningRate: z.number().positive(),
});
export type BuildBackboneJob = z.infer<typeof buildBackboneJobSchema>;
