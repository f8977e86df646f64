/** SOREB: what decides its numbers, its job, and its rewards. */
import type { SorebInput } from '../../../domain/contracts/training.ts';
import { agreement, type JudgedRow, sorebReward } from '../../../domain/dermeval/soreb.ts';
import type { SorebJob } from '../../../domain/jobs/soreb.ts';
import type { RewardRequest, RewardResponse } from '../../../domain/rewards/exchange.ts';
import type { TrainerPlace } from '../../../platform/env.ts';
import type { JobFolders } from '../job-folders.ts';
import type { Stretch } from '../stretch-context.ts';
import { anyJob, computedWith, pinned, planned, type RewardSource, withStageKey } from './common.ts';

/** A milestone's stretch. The key holds the length of the plan and the evaluator's SFT, not the milestone. */
export function sorebStretch(
  { recipe, model, judgements, sft, stopAt }: SorebInput,
  place: Pick<TrainerPlace, 'attention'>,
): Stretch {
  const { saveEvery: _, steps: maxSteps, milestones, ...soreb } = recipe.dermeval.soreb;
  return {
    stage: 'dermeval',
    ...withStageKey({
      method: 'soreb/2',
      inputs: { model: model.sha256, judgements: judgements.sha256, sft: sft.sha256 },
      params: { soreb, maxSteps, lora: recipe.dermeval.lora, ...computedWith(recipe, place) },
    }),
    ...pinned(model),
    validates: false,
    maxSteps,
    startAt: Math.max(0, ...milestones.filter((milestone) => milestone < stopAt)),
    stopAt,
  };
}

export const sorebJob = (
  { recipe }: SorebInput,
  stretch: Stretch,
  folders: JobFolders,
  place: TrainerPlace,
  rewards: RewardSource,
): SorebJob => {
  const { lora, soreb } = recipe.dermeval;
  return {
    ...anyJob(recipe, folders, place),
    ...planned(soreb, stretch, folders),
    job: 'soreb',
    lora,
    gradientCheckpointing: soreb.gradientCheckpointing,
    promptsPerStep: soreb.promptsPerStep,
    generations: soreb.generations,
    temperature: soreb.temperature,
    maxCompletionLength: soreb.maxCompletionLength,
    baselineDecay: soreb.baselineDecay,
    rewardSocket: rewards.socket,
    rewardNames: rewards.names,
  };
};

/** Scores evaluations by the physicians' scores of their rows. An id without a row is an error of the sender. */
export function scoreEvaluations(
  rows: readonly JudgedRow[],
  missing: number,
): (request: RewardRequest) => Promise<RewardResponse> {
  const byId = new Map(rows.map((row) => [row.id, row.scores]));
  return async ({ ids, completions }) => {
    if (ids.length !== completions.length)
      throw new RangeError(`${ids.length} ids for ${completions.length} completions`);
    const rewards = completions.map((completion, i) => {
      const scores = byId.get(ids[i] ?? '');
      if (!scores) throw new RangeError(`there is no narrative "${ids[i]}"`);
      return sorebReward(completion, scores, missing);
    });
    return { components: { [agreement]: rewards } };
  };
}
