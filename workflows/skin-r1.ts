import { workflowInfo } from '@temporalio/workflow';
import type { SkinR1Input, SkinR1Result, StretchResult } from '../domain/contracts.ts';
import { parseRecipe } from '../domain/recipe.ts';
import { exportAdapter, identifyModel, prepareData, synthesiseTrajectories, writeReport } from './activities.ts';
import { listenForRetryNow } from './attempts.ts';
import { concluding } from './failures.ts';
import { Progress } from './progress.ts';
import { Evaluations } from './stages/evaluation.ts';
import { trainGrpoByMilestones, trainRlOnly } from './stages/grpo.ts';
import { trainSftByEpochs } from './stages/sft.ts';

/** Skin-R1 (arXiv 2511.14900): trajectories, supervised fine-tuning, GRPO, evaluation of every milestone, report. */
export async function skinR1(input: SkinR1Input): Promise<SkinR1Result> {
  listenForRetryNow();
  return concluding(async () => {
    // The starter may be any client, so the type of the input is a claim.
    const recipe = parseRecipe((input as Partial<SkinR1Input> | undefined)?.recipe, 'recipe');
    const progress = new Progress(recipe.name);
    const model = await identifyModel({ base: recipe.model.base });

    const data = await progress.stage('data', () => prepareData({ recipe }));
    const { questions, textbook } = data;
    const evaluations = new Evaluations({ recipe, model, questions }, progress);
    evaluations.start('base', null);

    const trajectories = await progress.stage('trajectories', () => synthesiseTrajectories({ recipe, textbook }));

    const rows = trajectories.counts.train;
    const sft = await progress.stage('sft', () =>
      trainSftByEpochs({ recipe, model, trajectories: trajectories.trajectories, rows }, progress),
    );
    const policy = last(sft).checkpoint;
    evaluations.start('sft', policy);

    const [grpo, rlOnly] = await progress.stage('grpo', async () => {
      const stretches = await trainGrpoByMilestones({ recipe, model, questions, sft: policy }, progress, (checkpoint) =>
        evaluations.start(`grpo-${checkpoint.step}`, checkpoint),
      );
      const { checkpoint } = last(stretches);
      if (recipe.evaluation.noImageControl) evaluations.start(`grpo-${checkpoint.step}-no-image`, checkpoint, 'grey');
      const ablation = await trainRlOnly({ recipe, model, questions }, progress);
      if (ablation) evaluations.start('rl-only', ablation.checkpoint);
      return [stretches, ablation ? [ablation] : []];
    });

    const scores = await progress.stage('evaluation', () => evaluations.all());
    return progress.stage('report', async () => {
      const adapter = await exportAdapter({ recipe, model, checkpoint: last(grpo).checkpoint });
      const report = await writeReport({
        run: workflowInfo().workflowId,
        ...{ recipe, model, data, trajectories, adapter, evaluations: scores },
        sftMetrics: sft.map(({ metrics }) => metrics),
        grpoMetrics: grpo.map(({ metrics }) => metrics),
        rlOnlyMetrics: rlOnly.map(({ metrics }) => metrics),
      });
      progress.reported(report);
      return { report, adapter, evaluations: scores };
    });
  });
}

/** Recipes have at least one epoch and one milestone. */
function last(stretches: StretchResult[]): StretchResult {
  const stretch = stretches.at(-1);
  if (!stretch) throw new RangeError('a training stage without stretches');
  return stretch;
}
