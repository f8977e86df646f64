/** Multiple-choice questions as the paper builds them (App. A). */
import { z } from 'zod';
import { imageRefSchema } from '../cases/case.ts';
import { malignancySchema } from '../knowledge/malignancy.ts';
import { rewardWeights } from '../reward-settings.ts';

export const optionSchema = z.strictObject({
  letter: z.string().regex(/^[A-Z]$/),
  label: z.string(),
  /** Other exact names of the same node, accepted as answers. */
  synonyms: z.array(z.string()),
  /** What naming it earns: granularity's weight times i / L for an option on the path, 0 otherwise (Eq. 7). */
  value: z.number().min(0).max(rewardWeights.granularity),
});
export type Option = z.infer<typeof optionSchema>;

/**
 * `diagnosis`: P4. `lesion-condition`: P6. `ddx`: the diagnosis among what it is mistaken for; `hierarchical`: the
 * diagnosis among its ancestors (section 4.3).
 */
export const questionTasks = ['diagnosis', 'lesion-condition', 'ddx', 'hierarchical'] as const;
export type QuestionTask = (typeof questionTasks)[number];

export const questionSchema = z.strictObject({
  id: z.string(),
  caseId: z.string(),
  /** Resampling unit of the intervals. */
  group: z.string(),
  source: z.string(),
  task: z.enum(questionTasks),
  image: imageRefSchema,
  diagnosis: z.string(),
  malignancy: malignancySchema,
  options: z.array(optionSchema).min(2),
  /** Letter of the finest on-path option. */
  answer: z.string(),
});
export type Question = z.infer<typeof questionSchema>;
