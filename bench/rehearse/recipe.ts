/** The paper's recipe with the fewest steps that show every stage, a kill and a resume. */
import { readRecipe } from '../../cli/start/recipes.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import type { Width } from './shapes.ts';

/** Steps of GRPO. The small model's take a second, so that a kill after the first needs more of them to come in time. */
const grpoSteps: Record<Width, number> = { true: 2, small: 3 };

/**
 * What is not set here is skin-r1's: prompts, free-text trajectories, image budget, LoRA, gradient checkpointing. In fp32:
 * on a processor without bf16 instructions one forward pass in bf16 takes minutes.
 */
export const rehearsalRecipe = (model: string, width: Width, threads: number): Promise<Recipe> =>
  readRecipe('skin-r1', {
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
      `grpo.steps=${grpoSteps[width]}`,
      `grpo.milestones=[${grpoSteps[width]}]`,
      'grpo.rlOnlyMilestones=[]',
      'grpo.saveEvery=1',
      'evaluation.tasks=[diagnosis]',
      'evaluation.maxItems=2',
      'evaluation.maxNewTokens=16',
      'evaluation.batchSize=2',
      'evaluation.noImageControl=false',
    ],
  });
