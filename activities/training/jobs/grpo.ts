/** GRPO: what decides its numbers, and its job. */
import type { GrpoInput, GrpoRecipe } from '../../../domain/contracts/training.ts';
import type { GrpoJob } from '../../../domain/jobs/grpo.ts';
import { stages } from '../../../domain/stages/index.ts';
import type { TrainerPlace } from '../../../platform/env.ts';
import { type JobFolders, rowsInput } from '../job-folders.ts';
import type { LoadedPlugin } from '../reward-plugin.ts';
import type { Stretch } from '../stretch-context.ts';
import {
  common,
  computedWith,
  passed,
  pinned,
  type RewardSource,
  startingAdapter,
  trainedParts,
  trlJob,
  withStageKey,
} from './common.ts';

/**
 * A milestone's stretch of GRPO. The key holds the length of the plan and the SFT policy, not the milestone. A
 * reward of one's own is known by its bytes and its name, not by its path.
 */
export function grpoStretch(
  { recipe, model, questions, sft, stage = sft ? 'grpo' : 'rl-only', milestones, stopAt }: GrpoInput,
  plugin: LoadedPlugin | null,
  place: Pick<TrainerPlace, 'attention'>,
): Stretch {
  const { saveEvery: _, steps: maxSteps, milestones: __, rlOnlyMilestones: ___, validation, trl, ...own } = recipe.grpo;
  const grpo = { ...own, ...passed(trl) };
  const { lora, prompts } = recipe;
  const { plugin: _file, ...rewards } = recipe.rewards;
  return {
    stage,
    ...withStageKey({
      method: 'grpo/5',
      inputs: {
        model: model.sha256,
        questions: questions.sha256,
        ...(sft ? { sft: sft.sha256 } : startingAdapter(model)),
        ...(plugin ? { plugin: plugin.sha256 } : {}),
      },
      params: {
        grpo,
        maxSteps,
        lora,
        ...trainedParts(recipe),
        rewards: { ...rewards, ...(plugin ? { plugin: plugin.name } : {}) },
        prompts,
        ...computedWith(recipe, place),
      },
    }),
    ...pinned(model),
    validates: validation !== undefined,
    ...(validation ? { validation: { questions: validation.questions } } : {}),
    maxSteps,
    startAt: Math.max(0, ...(milestones ?? stages[stage].ends(recipe)).filter((milestone) => milestone < stopAt)),
    stopAt,
  };
}

export const grpoJob = (
  recipe: GrpoRecipe,
  stretch: Stretch,
  folders: JobFolders,
  place: TrainerPlace,
  rewards: RewardSource,
): GrpoJob => ({
  ...common(recipe, folders, place),
  ...trlJob(recipe.grpo, stretch, folders),
  job: 'grpo',
  promptsPerStep: recipe.grpo.promptsPerStep,
  generations: recipe.grpo.generations,
  temperature: recipe.grpo.temperature,
  beta: recipe.grpo.beta,
  klGradient: recipe.grpo.klGradient,
  epsilon: recipe.grpo.epsilon,
  maxCompletionLength: recipe.grpo.maxCompletionLength,
  rollouts: { engine: recipe.grpo.rollouts, ...place.vllm },
  redraws: recipe.grpo.dynamicSampling ?? 0,
  ...(recipe.grpo.validation ? { validation: rowsInput(folders, 'validation') } : {}),
  rewardSocket: rewards.socket,
  rewardNames: rewards.names,
});
