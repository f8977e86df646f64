/** The paper's recipe with the fewest steps that show every stage, a kill and a resume. */
import { readRecipeOf } from '../../cli/start/recipes.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';

/**
 * What is not set here is skin-r1's: prompts, free-text trajectories, image budget, LoRA, gradient checkpointing. In fp32:
 * on a processor without bf16 instructions one forward pass in bf16 takes minutes.
 */
export const rehearsalRecipe = (model: string, threads: number): Promise<SkinR1Recipe> =>
  readRecipeOf('skin-r1', 'skin-r1', {
    set: [
      'name=rehearsal',
      `model.base=${JSON.stringify(model)}`,
      'model.precision=fp32',
      `model.threads=${threads}`,
      'data.sources=[{ adapter: ham10000 }, { adapter: textbook }]',
      // Two textbook cases make four trajectories, two of them by the language model: two steps of two rows.
      'trajectories.maxPerType=1',
      'trajectories.validationShare=0',
      'sft.epochs=1',
      'sft.batchSize=2',
      'sft.saveEvery=1',
      'grpo.generations=2',
      'grpo.promptsPerStep=2',
      'grpo.maxCompletionLength=16',
      'grpo.steps=2',
      'grpo.milestones=[2]',
      'grpo.rlOnlyMilestones=[]',
      'grpo.saveEvery=1',
      'evaluation.tasks=[diagnosis]',
      'evaluation.maxItems=2',
      'evaluation.maxNewTokens=16',
      'evaluation.batchSize=2',
      'evaluation.noImageControl=false',
    ],
  });
