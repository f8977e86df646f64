/** Scalars over optimiser steps: what was logged thin and pale, its moving average bold. */

import { type MetricsLine, pointsOf, smooth, thin } from '../../../domain/report/training-log.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

interface Curve {
  /** What is measured: curves of one name have one colour. */
  name: string;
  /** In what setting, where the same thing is measured in several: each has its own dashes. */
  setting?: string;
  lines: readonly MetricsLine[];
  /** Name of the scalar in the log. */
  scalar: string;
}

export interface CurveChart {
  curves: readonly Curve[];
  x: string;
  y: string;
  /** Whether the values as logged are drawn too. */
  raw: boolean;
}

const pointsPerCurve = 400;
/** A curve of no more points is drawn as it was logged, each point a dot. */
const fewPoints = 12;
const dashes = [
  [1, 0],
  [5, 3],
  [2, 2],
];

/** Null where no curve has a value. */
export function curveChart({ curves, x, y, raw }: CurveChart, width: ChartWidth): ChartSpec | null {
  const drawn = curves
    .map(({ setting = '', ...curve }) => ({
      ...curve,
      setting,
      points: thin(pointsOf(curve.lines, curve.scalar), pointsPerCurve),
    }))
    .filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return null;
  const values = drawn.flatMap(({ name, setting, points }) =>
    (points.length <= fewPoints
      ? points.map((point) => ({ ...point, kind: 'few' }))
      : [
          ...points.map((point) => ({ ...point, kind: 'raw' })),
          ...smooth(points).map((point) => ({ ...point, kind: 'mean' })),
        ]
    ).map((point) => ({ ...point, name, setting })),
  );
  const distinct = (key: 'name' | 'setting'): string[] => [...new Set(drawn.map((curve) => curve[key]))];
  const legend = (entries: string[]) =>
    entries.length > 1 ? { columns: width === 'narrow' ? 1 : entries.length, symbolType: 'stroke' } : null;
  const dashLegend = (entries: string[]) => {
    const plain = legend(entries);
    return plain && { ...plain, symbolSize: 400, encoding: { symbols: { stroke: { value: colours.ink } } } };
  };
  const [names, settings] = [distinct('name'), distinct('setting')];
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
      scale: { domain: names, range: names.map((_, i) => series[i] ?? colours.ink) },
      legend: legend(names),
    },
    strokeDash: {
      field: 'setting',
      type: 'nominal',
      scale: { domain: settings, range: settings.map((_, i) => dashes[i] ?? [1, 0]) },
      legend: dashLegend(settings),
    },
  } as const;
  const only = (kind: string) => [{ filter: { field: 'kind', equal: kind } }];
  return {
    data: { values },
    width: chartWidths[width],
    height: width === 'wide' ? 280 : 260,
    autosize: { type: 'fit', contains: 'padding' },
    encoding,
    layer: [
      ...(raw ? [{ transform: only('raw'), mark: { type: 'line', strokeWidth: 1, opacity: 0.4 } } as const] : []),
      { transform: only('mean'), mark: { type: 'line', strokeWidth: 2.5 } },
      { transform: only('few'), mark: { type: 'line', strokeWidth: 2.5, point: { size: 45 } } },
    ],
  };
}
