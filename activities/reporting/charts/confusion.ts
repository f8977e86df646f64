/** Right labels against given ones: a square is as dark as its share of the row. */
import type { TaskSummary } from '../../../domain/evaluation/summary.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, colours } from './theme.ts';

type Confusion = TaskSummary['confusion'];

const cell = 30;
const labelsShown = 24;
/** Pixels of a label beside a narrow drawing, so that some columns are seen without scrolling. */
const narrowLabels = 110;
const unreadable = 'unreadable';
const otherLabels = 'other labels';

interface Cell {
  expected: string;
  predicted: string;
  count: number;
  /** Of the items with this right label. */
  share: number;
}

/** Null without a single item. */
export function confusionChart(confusion: Confusion, width: ChartWidth): ChartSpec | null {
  const { rows, columns, cells } = cellsOf(confusion);
  if (cells.length === 0) return null;
  const x = { field: 'predicted', type: 'nominal', sort: columns, scale: { domain: columns } } as const;
  const y = { field: 'expected', type: 'nominal', sort: rows, scale: { domain: rows }, title: 'Right label' } as const;
  const axisX = { orient: 'top', labelAngle: -45, title: 'Label given by the model' } as const;
  return {
    data: { values: cells },
    width: cell * columns.length,
    height: cell * rows.length,
    encoding: { y: { ...y, axis: { labelLimit: width === 'wide' ? 0 : narrowLabels } }, x: { ...x, axis: axisX } },
    layer: [
      {
        mark: { type: 'rect', color: colours.accent, stroke: colours.line },
        encoding: {
          fillOpacity: {
            field: 'share',
            type: 'quantitative',
            scale: { domain: [0, 1], range: [0, 0.55] },
            legend: null,
          },
        },
      },
      {
        transform: [{ filter: 'datum.count > 0' }],
        mark: { type: 'text', fontSize: 12 },
        encoding: { text: { field: 'count', type: 'quantitative' } },
      },
    ],
  };
}

/** The most frequent labels by name, the rest as one; a column for outputs that no answer could be read from. */
function cellsOf({ labels, counts, unparsed }: Confusion): { rows: string[]; columns: string[]; cells: Cell[] } {
  // Rows may lie on disk: each is read once.
  const totals = labels.map((_, i) => unparsed[i] ?? 0);
  const given = labels.map(() => 0);
  for (const [i, row] of counts.entries())
    for (const [j, n] of row.entries()) {
      totals[i] = (totals[i] ?? 0) + n;
      given[j] = (given[j] ?? 0) + n;
    }
  const useOf = (i: number): number => (totals[i] ?? 0) + (given[i] ?? 0);
  const byUse = labels.map((label, i) => ({ label, use: useOf(i) })).toSorted((a, b) => b.use - a.use);
  const named = new Set(byUse.slice(0, labelsShown).map(({ label }) => label));
  const nameOf = (label: string | undefined): string => (label !== undefined && named.has(label) ? label : otherLabels);

  const sums = new Map<string, Map<string, number>>();
  const add = (expected: string, predicted: string, n: number): void => {
    const row = sums.get(expected) ?? new Map<string, number>();
    sums.set(expected, row.set(predicted, (row.get(predicted) ?? 0) + n));
  };
  for (const [i, label] of labels.entries()) {
    if (totals[i] === 0) continue; // only ever given, never right
    for (const [j, n] of (counts[i] ?? []).entries()) add(nameOf(label), nameOf(labels[j]), n);
    add(nameOf(label), unreadable, unparsed[i] ?? 0);
  }
  const rest = labels.length > named.size ? [otherLabels] : [];
  const order = [...labels.filter((label) => named.has(label)), ...rest];
  const cells = [...sums].flatMap(([expected, row]) => {
    const size = [...row.values()].reduce((sum, n) => sum + n, 0);
    return [...row].map(([predicted, count]) => ({ expected, predicted, count, share: count / size }));
  });
  return { rows: order.filter((label) => sums.has(label)), columns: [...order, unreadable], cells };
}
