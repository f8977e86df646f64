/** Reliability diagrams: how often answers of each confidence are right, a drawing of points for each model. */
import type { PageRow } from '../../../domain/pages/evaluation-page.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

/** More models than hues would not be told apart. */
const mostModels = series.length;
const height = 320;

/** @param rows with a calibration; null where there is none */
export function reliabilityChart(rows: readonly PageRow[], width: ChartWidth): ChartSpec | null {
  const shown = rows.filter(({ summary }) => summary.calibration).slice(0, mostModels);
  const values = shown.flatMap(({ label, summary }) =>
    (summary.calibration?.bins ?? []).flatMap(({ items, confidence, accuracy }) =>
      confidence === null || accuracy === null
        ? []
        : [{ model: label, items, confidence: 100 * confidence, accuracy: 100 * accuracy }],
    ),
  );
  if (values.length === 0) return null;
  const percent = (field: string, title: string) => ({
    field,
    type: 'quantitative' as const,
    title,
    scale: { domain: [0, 100] },
    axis: { tickCount: 5 },
  });
  const x = percent('confidence', 'Probability of the answer among the options (%)');
  const color = {
    field: 'model',
    type: 'nominal' as const,
    scale: { domain: shown.map(({ label }) => label), range: series },
    legend: { columns: width === 'wide' ? mostModels : 1, symbolType: 'circle', symbolStrokeWidth: 0 },
  };
  return {
    data: { values },
    width: chartWidths[width],
    height,
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      {
        data: { values: [0, 100].map((at) => ({ confidence: at, accuracy: at })) },
        mark: { type: 'line', color: colours.muted, strokeDash: [4, 4], strokeWidth: 1.5 },
        encoding: { x, y: percent('accuracy', 'Right (%)') },
      },
      { mark: { type: 'line', strokeWidth: 1.5 }, encoding: { x, y: percent('accuracy', 'Right (%)'), color } },
      {
        mark: { type: 'point', filled: true, opacity: 1 },
        encoding: {
          ...{ x, y: percent('accuracy', 'Right (%)'), color },
          size: { field: 'items', type: 'quantitative', scale: { range: [20, 220] }, legend: null },
        },
      },
    ],
  };
}
