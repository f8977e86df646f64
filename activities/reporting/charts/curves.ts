/** Scalars over optimiser steps: what was logged thin and pale, its moving average bold. */
import type { Report } from '../../../domain/report/report.ts';
import { type MetricsLine, pointsOf, smooth, thin } from '../../../domain/report/training-log.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

export interface Curve {
  name: string;
  lines: readonly MetricsLine[];
  /** Name of the scalar in the log. */
  scalar: string;
  /** Drawn dashed. */
  dashed?: boolean;
}

export interface CurveChart {
  curves: readonly Curve[];
  x: string;
  y: string;
  /** Whether the values as logged are drawn too. */
  raw: boolean;
}

const pointsPerCurve = 400;

/** Null where no curve has a value. */
export function curveChart({ curves, x, y, raw }: CurveChart, width: ChartWidth): ChartSpec | null {
  const drawn = curves
    .map((curve) => ({ ...curve, points: thin(pointsOf(curve.lines, curve.scalar), pointsPerCurve) }))
    .filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return null;
  const values = drawn.flatMap(({ name, points, dashed = false }) =>
    [
      ...points.map((point) => ({ ...point, kind: 'raw' })),
      ...smooth(points).map((point) => ({ ...point, kind: 'mean' })),
    ].map((point) => ({ ...point, name, dashed })),
  );
  const names = drawn.map(({ name }) => name);
  const range = names.map((name) => series[colourOf(name, drawn)] ?? colours.ink);
  const encoding = {
    x: {
      field: 'step',
      type: 'quantitative',
      title: x,
      axis: { tickMinStep: 1, format: ',d' },
      scale: { zero: false, nice: false },
    },
    y: { field: 'value', type: 'quantitative', title: y, scale: { zero: true } },
    color: {
      field: 'name',
      type: 'nominal',
      scale: { domain: names, range },
      legend: names.length > 1 ? { columns: width === 'narrow' ? 1 : 3, symbolType: 'stroke' } : null,
    },
    strokeDash: {
      field: 'name',
      type: 'nominal',
      scale: { domain: names, range: drawn.map(({ dashed }) => (dashed ? [5, 3] : [1, 0])) },
      legend: names.length > 1 ? { columns: width === 'narrow' ? 1 : 3, symbolType: 'stroke' } : null,
    },
  } as const;
  const only = (kind: string) => [{ filter: { field: 'kind', equal: kind } }];
  return {
    data: { values },
    width: chartWidths[width],
    height: width === 'wide' ? 280 : 220,
    autosize: { type: 'fit', contains: 'padding' },
    encoding,
    layer: [
      ...(raw ? [{ transform: only('raw'), mark: { type: 'line', strokeWidth: 1, opacity: 0.4 } } as const] : []),
      {
        transform: only('mean'),
        mark: { type: 'line', strokeWidth: 2.5, point: drawn.some(({ points }) => points.length < 3) },
      },
    ],
  };
}

/** Curves of the same scalar differ by colour; of several scalars, each has its own colour. */
function colourOf(name: string, curves: readonly Curve[]): number {
  const scalars = [...new Set(curves.map(({ scalar }) => scalar))];
  const index = curves.findIndex((curve) => curve.name === name);
  return scalars.length > 1 ? scalars.indexOf(curves[index]?.scalar ?? '') : index;
}

const grpoStep = 'GRPO step (optimiser steps)';
const withSft = 'GRPO after SFT';
const withoutSft = 'RL without SFT';

export function rewardChart({ training, recipe }: Report, width: ChartWidth): ChartSpec | null {
  const highest = 0.75 + Number(recipe.rewards.format) + (recipe.rewards.malignancy ? 0.25 : 0);
  return curveChart(
    {
      curves: [
        { name: withSft, lines: training.grpo, scalar: 'reward' },
        { name: withoutSft, lines: training.rlOnly, scalar: 'reward' },
      ],
      x: grpoStep,
      y: `Mean reward (0 to ${highest} points)`,
      raw: true,
    },
    width,
  );
}

export function componentChart({ training }: Report, width: ChartWidth): ChartSpec | null {
  const curves = ['format', 'granularity', 'malignancy'].flatMap((name) => [
    { name, lines: training.grpo, scalar: `reward/${name}` },
    { name: `${name}, ${withoutSft}`, lines: training.rlOnly, scalar: `reward/${name}`, dashed: true },
  ]);
  return curveChart({ curves, x: grpoStep, y: 'Mean of the part (points)', raw: false }, width);
}

export const lossChart = ({ training }: Report, width: ChartWidth): ChartSpec | null =>
  curveChart(
    {
      curves: [
        { name: 'training', lines: training.sft, scalar: 'loss' },
        { name: 'held-out trajectories', lines: training.sft, scalar: 'eval_loss' },
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
      curves: [
        { name: `${withSft}, to the SFT policy`, lines: training.grpo, scalar: 'kl' },
        { name: `${withoutSft}, to the base model`, lines: training.rlOnly, scalar: 'kl' },
      ],
      x: grpoStep,
      y: 'KL divergence (nats per token)',
      raw: true,
    },
    width,
  );
