/**
 * The parts of a recipe by their names, in whichever method's recipe they stand. What serves several methods takes the
 * parts that it reads, `Pick<RecipeParts, 'seed' | 'sft'>`, and no method's whole recipe.
 */
import type { z } from 'zod';
import type { JudgeSettings } from '../dermeval/judge.ts';
import type { LlmChoice } from '../llm-settings.ts';
import type { LoraSettings, ModelPart } from '../lora.ts';
import type { RewardSettings } from '../reward-settings.ts';
import type { commonFields } from './common.ts';
import type { DermevalSettings } from './dermeval.ts';
import type { DistilSettings } from './distillation.ts';
import type { evaluationSchema, questionsSchema } from './evaluation.ts';
import type { CertifiedSettings, NarrativesSettings } from './narratives.ts';
import type { promptsSchema } from './prompts.ts';
import type { TeacherSettings } from './teacher.ts';
import type { grpoSchema, sftSchema } from './training.ts';
import type { trajectoriesSchema } from './trajectories.ts';

type Common = z.infer<z.ZodObject<typeof commonFields>>;

export interface RecipeParts extends Omit<Common, 'evaluation'> {
  prompts: z.infer<typeof promptsSchema>;
  /** Questions with options; models that answer in their own words have `OpenEvaluation` (evaluation.ts) under this name. */
  evaluation: z.infer<typeof evaluationSchema>;
  llm?: LlmChoice | undefined;
  lora: LoraSettings | null;
  full?: ModelPart[];
  trajectories: z.infer<typeof trajectoriesSchema>;
  questions: z.infer<typeof questionsSchema>;
  sft: z.infer<typeof sftSchema>;
  grpo: z.infer<typeof grpoSchema>;
  rewards: RewardSettings;
  narratives: NarrativesSettings;
  certified: CertifiedSettings;
  judge?: JudgeSettings;
  dermeval?: DermevalSettings;
  teacher: TeacherSettings | null;
  distillation: DistilSettings;
}
