/** The curves of a stage by the job that trains it, for reports that have no figure of their own for it. */
import { type MetricsLine, pointsOf } from '../../domain/report/training-log.ts';
import type { StageRow } from '../../domain/stages/index.ts';
import { type CurveChart, curveChart } from './charts/curves.ts';
import type { Figure } from './markup.ts';

export const smoothed =
  'Bold: moving average over a tenth of the steps. Pale, or as dots where there are few: as logged.';

/** What a job of the trainer logs, by name and for people. */
const curves: Record<StageRow['job'], { title: string; y: string; scalars: Readonly<Record<string, string>> }[]> = {
  sft: [{ title: 'loss', y: 'Cross-entropy (nats per token)', scalars: { loss: 'training', eval_loss: 'held out' } }],
  distill: [
    { title: 'loss', y: 'Weighted sum of the losses', scalars: { loss: 'training', eval_loss: 'held out' } },
    {
      title: 'cross-entropy of the narratives',
      y: 'Nats per token',
      scalars: { sft_loss: 'training', eval_sft_loss: 'held out' },
    },
    {
      title: 'distance from the teacher',
      y: '10 (1 − cosine)',
      scalars: { distil_loss: 'training', eval_distil_loss: 'held out' },
    },
  ],
  grpo: [{ title: 'reward', y: 'Mean reward', scalars: { reward: 'reward' } }],
  soreb: [
    {
      title: 'reward and its baseline',
      y: 'Minus the mean squared difference from people’s scores',
      scalars: { reward: 'reward', baseline: 'baseline' },
    },
  ],
};

/** Of what was logged alone: without a teacher there is no distance from one. */
export function figuresOfStage({ job, logField, logTitle }: StageRow, lines: readonly MetricsLine[]): Figure[] {
  return curves[job].flatMap(({ title, y, scalars }, i) => {
    const logged = Object.entries(scalars).filter(([scalar]) => pointsOf(lines, scalar).length > 0);
    if (logged.length === 0) return [];
    const chart: CurveChart = {
      curves: logged.map(([scalar, name]) => ({ name, lines, scalar })),
      ...{ x: 'Optimiser steps', y, raw: true },
    };
    return [
      {
        id: `${logField}-${i}`,
        title: `${logTitle}: ${title}`,
        caption: smoothed,
        description: logged.map(([scalar, name]) => changeOf(name, lines, scalar)).join('; '),
        spec: (width) => curveChart(chart, width),
      },
    ];
  });
}

/** First and last value of a scalar, for those who cannot see the curve. */
export function changeOf(name: string, lines: readonly MetricsLine[], scalar: string): string {
  const points = pointsOf(lines, scalar);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  return `${name}: from ${first.value.toPrecision(3)} at step ${first.step} to ${last.value.toPrecision(3)} at step ${last.step}`;
}
