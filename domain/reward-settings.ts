/** What a recipe says of rewards, and what each part of the reward pays at most (Eq. 5 to 8); together 2. */
import { z } from 'zod';

export const rewardNames = ['format', 'granularity', 'malignancy'] as const;
export type RewardName = (typeof rewardNames)[number];

export const rewardWeights: Readonly<Record<RewardName, number>> = { format: 1, granularity: 0.75, malignancy: 0.25 };

export const rewardsSchema = z.strictObject({
  format: z.boolean(),
  malignancy: z.boolean(),
  /**
   * `leaf`: i/L, the paper's words. `deepest-offered`: i by the deepest label offered, as the released code does (A6).
   * `flat`: all for the deepest label offered, nothing for a coarser one, the paper's "native" reward.
   */
  granularity: z.enum(['leaf', 'deepest-offered', 'flat']),
  /** Denies the format's reward to a `<thinking>` without a word; Eq. 6 asks for the tags alone. */
  thinkingRequired: z.boolean().default(false),
  /** A reward of one's own beside these (domain/rewards/plugin.ts). */
  plugin: z
    .strictObject({
      /** Below the folder DERMFLOW_PLUGINS of the gpu workers. */
      file: z.string().regex(/^(?![/.])(?!.*\/\.)[\w./-]+\.ts$/, 'expected a relative path of a .ts file without ".."'),
      /** Its export, under which the component is logged. */
      name: z
        .string()
        .regex(/^[a-z][A-Za-z0-9]*$/, 'expected the name of an exported function, e.g. brevity')
        .refine((name) => !rewardNames.some((taken) => taken === name), `may not be ${rewardNames.join(', ')}`),
    })
    .optional(),
});
export type RewardSettings = z.infer<typeof rewardsSchema>;
