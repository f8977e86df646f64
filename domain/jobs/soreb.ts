/** SOREB, the second stage of an evaluator (DermEval). */
import { z } from 'zod';
import { path, trainingSchema } from './common.ts';

/** REINFORCE with a moving average of rewards as its baseline; the policy samples, and fields are as GRPO's. */
export const sorebJobSchema = z.strictObject({
  ...trainingSchema,
  job: z.literal('soreb'),
  promptsPerStep: z.int().positive(),
  generations: z.int().min(2),
  perDeviceBatchSize: z.int().positive(),
  temperature: z.number().positive(),
  maxCompletionLength: z.int().positive(),
  /** Of the average's old value that each step keeps. */
  baselineDecay: z.number().min(0).max(1),
  rewardSocket: path,
  rewardNames: z.array(z.string()).min(1),
});
export type SorebJob = z.infer<typeof sorebJobSchema>;
