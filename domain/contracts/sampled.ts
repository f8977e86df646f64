/** What several sampled answers per item come to: the answer that most of them give, and whether one of k is right. */
import { z } from 'zod';

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
const byReader = z.object({ strict: estimate, lenient: estimate });

export const sampledScoresSchema = z.object({
  /** Answers per item. */
  answers: z.int().min(2),
  /** Score of the vote of each item. */
  vote: byReader,
  /** Chance that one of k answers is right, for 1, 2, 4, … and all of them. */
  passAt: z.array(byReader.extend({ k: z.int().positive() })),
});
export type SampledScores = z.infer<typeof sampledScoresSchema>;
