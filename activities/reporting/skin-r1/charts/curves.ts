/** The curves of Skin-R1's stages: rewards and their parts, losses, and the divergence from the reference. */
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import type { MetricsLine } from '../../../../domain/report/training-log.ts';
import { rewardNames, rewardWeights } from '../../../../domain/reward-settings.ts';
import { rewardedStages, stages } from '../../../../domain/stages/index.ts';
import { curveChart } from '../../charts/curves.ts';
import type { ChartSpec } from '../../charts/render.ts';
import type { ChartWidth } from '../../charts/theme.ts';

const grpoStep = 'GRPO step (optimiser steps)';

/** Each stage of rewards with its lines. */
const policies = ({ training }: Pick<Report, 'training'>) =>
  rewardedStages.map((stage) => ({ ...stages[stage], lines: training[stages[stage].logField] ?? [] }));

export function rewardChart({ training, recipe }: Report, width: ChartWidth): ChartSpec | null {
  const { format, granularity, malignancy } = rewardWeights;
  const { rewards } = recipe;
  const highest = granularity + (rewards.format ? format : 0) + (rewards.malignancy ? malignancy : 0);
  return curveChart(
    {
      curves: policies({ training }).map(({ logTitle: name, lines }) => ({ name, lines, scalar: 'reward' })),
      x: grpoStep,
      y: rewards.plugin ? 'Mean reward (points)' : `Mean reward (0 to ${highest} points)`,
      raw: true,
    },
    width,
  );
}

export function componentChart({ training, recipe }: Report, width: ChartWidth): ChartSpec | null {
  const { plugin } = recipe.rewards;
  const names = [...rewardNames, ...(plugin ? [plugin.name] : [])];
  const curves = names.flatMap((name) =>
    policies({ training }).map(({ logTitle: setting, lines }) => ({ name, setting, lines, scalar: `reward/${name}` })),
  );
  return curveChart({ curves, x: grpoStep, y: 'Mean of the part (points)', raw: false }, width);
}

export const lossChart = ({ training }: Report, width: ChartWidth): ChartSpec | null =>
  crossEntropyChart(training.sft, 'held-out trajectories', width);

export const conceptChart = ({ training }: Report, width: ChartWidth): ChartSpec | null =>
  crossEntropyChart(training.concepts, 'held-out pictures', width);

const crossEntropyChart = (lines: readonly MetricsLine[], heldOut: string, width: ChartWidth): ChartSpec | null =>
  curveChart(
    {
      curves: [
        { name: 'training', lines, scalar: 'loss' },
        { name: heldOut, lines, scalar: 'eval_loss' },
      ],
      x: 'SFT step (optimiser steps)',
      y: 'Cross-entropy (nats per token)',
      raw: true,
    },
    width,
  );

export const klChart = ({ training }: Report, width: ChartWidth): ChartSpec | null =>
  curveChart(
    {
      curves: policies({ training }).map(({ logTitle, reference, lines }) => ({
        ...{ name: `${logTitle}, to ${reference}`, lines, scalar: 'kl' },
      })),
      x: grpoStep,
      y: 'KL divergence (nats per token)',
      raw: true,
    },
    width,
  );
