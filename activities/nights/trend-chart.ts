/** Scores of a benchmark over the nights, with their intervals; a line for each stretch that can be compared. */
import type { NightRecord } from '../../domain/nights/record.ts';
import type { ChartSpec } from '../reporting/charts/render.ts';
import { type ChartWidth, chartWidths, colours, series } from '../reporting/charts/theme.ts';

const mostShown = { wide: 90, narrow: 30 } as const;

/** Null where no night was measured. */
export function trendChart(nights: readonly NightRecord[], benchmark: string, width: ChartWidth): ChartSpec | null {
  const values = nights.slice(-mostShown[width]).flatMap(({ night, benchmarks }) => {
    const point = benchmarks.find((each) => each.benchmark === benchmark);
    if (!point?.measured) return [];
    const { score, line } = point.measured;
    const [value, low, high] = [score.value, score.low, score.high].map((share) => 100 * share);
    const verdict = point.verdict.verdict === 'drop' ? 'drop' : 'no drop';
    return [{ night, value, low, high, line, verdict }];
  });
  if (values.length === 0) return null;
  const x = {
    ...{ field: 'night', type: 'temporal' as const, title: null },
    // Nights are named in UTC, wherever the page is written.
    scale: { type: 'utc' as const, padding: 24 },
    axis: { format: '%d %b', tickCount: 'day' as const, labelOverlap: true },
  };
  const y = (field: string) => ({ field, type: 'quantitative' as const, title: 'Score (%)', scale: { zero: false } });
  const color = {
    field: 'verdict',
    type: 'nominal' as const,
    scale: { domain: ['no drop', 'drop'], range: [series[0] ?? colours.ink, series[1] ?? colours.ink] },
  };
  return {
    data: { values },
    width: chartWidths[width],
    height: 220,
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      {
        mark: { type: 'line', color: colours.muted, strokeWidth: 1.5 },
        encoding: { x, y: y('value'), detail: { field: 'line', type: 'nominal' } },
      },
      { mark: { type: 'rule', strokeWidth: 2 }, encoding: { x, y: y('low'), y2: { field: 'high' }, color } },
      { mark: { type: 'point', filled: true, size: 60, opacity: 1 }, encoding: { x, y: y('value'), color } },
    ],
  };
}
