/** Scores of many models with their 95 % intervals, rules and published rows among them. */
import { type EvaluationPage, headline } from '../../../domain/pages/evaluation-page.ts';
import { averageColumn } from '../../../domain/published/published.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

const rowHeight = 30;
/** Characters of a name in a narrow drawing. */
const narrowName = 15;
/** Pixels before the names, for fonts that are wider than they are taken to be. */
const nameMargin = 16;
const kinds = ['model', 'no image', 'rule', 'published'] as const;

/** @param published whether rows of the paper are drawn too */
export function leaderboardChart(page: EvaluationPage, width: ChartWidth, published: boolean): ChartSpec | null {
  const own = page.rows.map((row) => {
    const { value, low, high } = headline(row).weighted.score;
    return { name: row.label, kind: row.kind as string, score: 100 * value, low: 100 * low, high: 100 * high };
  });
  const others = page.published.flatMap(({ measure, model, values: { [averageColumn]: value } }) =>
    published && measure === 'accuracy' && value !== undefined
      ? [{ name: model, kind: 'published', score: 100 * value, low: 100 * value, high: 100 * value }]
      : [],
  );
  const values = [...own, ...others]
    .toSorted((a, b) => b.score - a.score)
    .map((row, i) => ({ ...row, place: i, written: row.score.toFixed(1) }));
  if (values.length === 0) return null;
  const used = kinds.filter((kind) => values.some((row) => row.kind === kind));
  const range = used.map((kind) => palette[kind]);
  const color = {
    field: 'kind',
    type: 'nominal' as const,
    scale: { domain: used, range },
    legend: { columns: width === 'wide' ? used.length : 2, symbolType: 'circle', symbolStrokeWidth: 0 },
  };
  const x = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: 'Score (%)',
    scale: { domain: [0, 100] },
    axis: { tickCount: width === 'wide' ? 10 : 5 },
  });
  const y = {
    field: 'place',
    type: 'ordinal' as const,
    axis: {
      ...{ title: null, ticks: false, domain: false, grid: true, labelPadding: 8 },
      ...{ labelLimit: 0, labelExpr: namesByPlace(values.map(({ name }) => shorten(name, width))) },
    },
  };
  const text = { field: 'written', type: 'nominal' } as const;
  return {
    data: { values },
    width: chartWidths[width],
    height: rowHeight * values.length + 90,
    autosize: { type: 'fit', contains: 'padding' },
    padding: { left: nameMargin, top: 5, right: 5, bottom: 5 },
    layer: [
      { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { y, x: x('low'), x2: { field: 'high' }, color } },
      { mark: { type: 'point', filled: true, size: 70, opacity: 1 }, encoding: { y, x: x('score'), color } },
      {
        mark: { ...valueMark, stroke: colours.paper, strokeWidth: 4, strokeJoin: 'round' },
        encoding: { y, x: x('score'), text },
      },
      { mark: valueMark, encoding: { y, x: x('score'), text } },
    ],
  };
}

/** Rows are told apart by their place: a model of ours may have the name of one that was published. */
const namesByPlace = (names: readonly string[]): string => `${JSON.stringify(names)}[datum.value]`;

const shorten = (name: string, width: ChartWidth): string =>
  width === 'wide' || name.length <= narrowName ? name : `${name.slice(0, narrowName - 1)}…`;

const valueMark = { type: 'text', dy: -11, fontSize: 12 } as const;

const palette: Record<(typeof kinds)[number], string> = {
  model: series[0] ?? colours.ink,
  'no image': colours.muted,
  rule: series[1] ?? colours.ink,
  published: series[2] ?? colours.ink,
};
