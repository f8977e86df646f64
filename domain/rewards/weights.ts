/** What each part of the reward pays at most (Eq. 5 to 8); together 2. */
export const rewardNames = ['format', 'granularity', 'malignancy'] as const;
export type RewardName = (typeof rewardNames)[number];

export const rewardWeights: Readonly<Record<RewardName, number>> = { format: 1, granularity: 0.75, malignancy: 0.25 };
