/** The score of a run's models over the steps of their stage, with 95 % intervals. */
import { type EvaluationPage, headline } from '../../../domain/pages/evaluation-page.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

const fewestSteps = 2;

/** A score of one step of a curve, in percent; without an interval where none is known. */
export interface StepPoint {
  name: string;
  step: number;
  score: number;
  low: number | null;
  high: number | null;
}

/** Null without a run and stage of which several steps were evaluated. */
export function stepsChart({ rows }: EvaluationPage, width: ChartWidth): ChartSpec | null {
  const points = rows.flatMap((row): StepPoint[] => {
    const { training } = row;
    if (training === null || training.step === null) return [];
    const { value, low, high } = headline(row).weighted.score;
    const grey = row.kind === 'no image' ? ', no image' : '';
    const name = `${training.run}, ${training.stage}${grey}`;
    return [{ name, step: training.step, score: 100 * value, low: 100 * low, high: 100 * high }];
  });
  const curves = [...Map.groupBy(points, ({ name }) => name)].filter(([, own]) => own.length >= fewestSteps);
  return curves.length === 0
    ? null
    : pointsChart(
        curves.flatMap(([, own]) => own),
        width,
      );
}

/** Curves by their names; one of a single step is a dot. */
export function pointsChart(points: readonly StepPoint[], width: ChartWidth): ChartSpec {
  const curves = [...Map.groupBy(points, ({ name }) => name)];
  const names = curves.map(([name]) => name);
  const steps = [...new Set(curves.flatMap(([, own]) => own.map(({ step }) => step)))].toSorted((a, b) => a - b);
  const encoding = {
    x: {
      field: 'step',
      type: 'quantitative',
      title: 'Step (optimiser steps)',
      axis: { values: steps, format: ',d', labelOverlap: 'greedy' },
      scale: { zero: false },
    },
    color: {
      field: 'name',
      type: 'nominal',
      scale: { domain: names, range: names.map((_, i) => series[i] ?? colours.muted) },
      legend: names.length > 1 ? { columns: 1, symbolType: 'stroke' } : null,
    },
  } as const;
  const y = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: 'Score (%)',
    scale: { zero: false },
  });
  return {
    data: { values: [...points] },
    width: chartWidths[width],
    height: 260,
    autosize: { type: 'fit', contains: 'padding' },
    encoding,
    layer: [
      { mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 }, encoding: { y: y('low'), y2: { field: 'high' } } },
      { mark: { type: 'line', strokeWidth: 2.5, point: { size: 45 } }, encoding: { y: y('score') } },
    ],
  };
}
