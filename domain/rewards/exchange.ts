/** What goes between the trainer and the process that started it, over the socket of rewards. */
import { z } from 'zod';

/** What the trainer posts: completions of one step with the ids of their rows. */
export const rewardRequestSchema = z.strictObject({
  step: z.int().nonnegative(),
  ids: z.array(z.string()),
  completions: z.array(z.string()),
});
export type RewardRequest = z.infer<typeof rewardRequestSchema>;

/** The answer: for each component, one number per completion, in the order asked. */
export const rewardResponseSchema = z.strictObject({ components: z.record(z.string(), z.array(z.number())) });
export type RewardResponse = z.infer<typeof rewardResponseSchema>;
