/** Training alone, as the run's own workflow orders it. Silence counts after ten seconds here, so that kills cost less. */
import { proxyActivities } from '@temporalio/workflow';
import type { StretchResult, TrainingActivities } from '../../domain/contracts/training.ts';
import { training } from '../../workflows/profiles.ts';
import type { TrainingData } from '../support/training.ts';

const { trainSft, trainGrpo } = proxyActivities<TrainingActivities>({
  ...training,
  heartbeatTimeout: '10 seconds',
  retry: { ...training.retry, maximumAttempts: 100, maximumInterval: '1 second' },
});

export async function trainUnderChaos({ sft, grpo }: TrainingData): Promise<StretchResult[]> {
  const results: StretchResult[] = [];
  for (let epoch = 1; epoch <= sft.recipe.sft.epochs; epoch++) results.push(await trainSft({ ...sft, epoch }));
  const policy = results.at(-1)?.checkpoint ?? null;
  for (const stopAt of grpo.recipe.grpo.milestones) {
    results.push(await trainGrpo({ ...grpo, sft: policy, stopAt }));
  }
  return results;
}
