/** The recipe of Skin-R1 (arXiv 2511.14900): trajectories, SFT, GRPO. */
import { z } from 'zod';
import { llmChoiceSchema } from '../../llm-settings.ts';
import { loraSchema, partsSchema } from '../../lora.ts';
import { rewardsSchema } from '../../reward-settings.ts';
import { commonFields } from '../common.ts';
import type { dataSchema } from '../data.ts';
import { questionsSchema } from '../evaluation.ts';
import { promptsSchema } from '../prompts.ts';
import { grpoSchema, sftSchema } from '../training.ts';
import { trajectoriesSchema } from '../trajectories.ts';

const { schema, name, seed, model, data, evaluation, budget } = commonFields;

/** The order of the fields is that of every `report.json` so far. */
const fieldsSchema = z.strictObject({
  // Optional, so that a recipe without a method is found to be one of this.
  ...{ schema, name, method: z.literal('skin-r1').optional().default('skin-r1'), seed },
  ...{ prompts: promptsSchema, model },
  /** Null: no adapter; the weights of the parts that `full` names are trained themselves. */
  lora: loraSchema.nullable(),
  full: partsSchema.exactOptional(),
  data,
  ...{ trajectories: trajectoriesSchema, sft: sftSchema, grpo: grpoSchema },
  questions: questionsSchema.default({ distractors: 'matched' }),
  ...{ rewards: rewardsSchema, evaluation },
  /** The model that writes ρ and explains concepts; absent: the model that the environment of the llm workers names. */
  llm: llmChoiceSchema.optional(),
  budget,
});

const hasConcepts = ({ sources }: z.infer<typeof dataSchema>): boolean => sources.some(({ use }) => use === 'concepts');

export const skinR1RecipeSchema = fieldsSchema
  .refine(({ lora, full }) => (lora === null) === (full !== undefined), {
    path: ['full'],
    message:
      'full fine-tuning has lora: null and the parts that are trained, e.g. full: [language, merger]; with lora leave full out',
  })
  .refine(({ lora, model }) => lora !== null || model.adapter === undefined, {
    path: ['model', 'adapter'],
    message:
      'full fine-tuning begins with a model; merge the adapter (dermflow export --merged) and give that as model.base',
  })
  .refine(({ sft, grpo }) => sft.epochs > 0 || grpo.milestones.length === 0, {
    path: ['grpo', 'milestones'],
    message:
      'GRPO continues the adapter of SFT: with sft.epochs 0 give [] here, and the steps in grpo.rlOnlyMilestones',
  })
  .refine(({ sft, grpo }) => sft.epochs > 0 || grpo.rlOnlyMilestones.length > 0, {
    path: ['sft', 'epochs'],
    message: 'nothing is trained: give epochs of SFT or grpo.rlOnlyMilestones',
  })
  .refine(({ sft }) => sft.epochs > 0 || sft.conceptAlignment === null, {
    path: ['sft', 'conceptAlignment'],
    message: 'SFT continues what it begins: with sft.epochs 0 give null here',
  })
  .refine(({ sft, data }) => sft.conceptAlignment === null || hasConcepts(data), {
    path: ['sft', 'conceptAlignment'],
    message: 'no source has concepts for it; add { adapter: skincon, use: concepts } to data.sources',
  })
  .refine(({ sft, data }) => sft.conceptAlignment !== null || !hasConcepts(data), {
    path: ['data', 'sources'],
    message: 'a source with use: concepts serves sft.conceptAlignment alone; give that, e.g. { epochs: 1 }',
  });
export type SkinR1Recipe = z.infer<typeof skinR1RecipeSchema>;
