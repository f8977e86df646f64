/** The lineage as a drawing: one row per level, lines from what was read to what was made. */
import { html } from 'hono/html';
import type { LineageNode } from '../../../domain/report/lineage-graph.ts';
import { type ChartWidth, chartWidths, colours } from './theme.ts';

const box = { height: 42, rowGap: 34, columnGap: 12, widest: 170, narrowest: 104 };

interface Placed extends LineageNode {
  x: number;
  y: number;
}

export function lineageDrawing(
  nodes: readonly LineageNode[],
  width: ChartWidth,
  description: string,
): ReturnType<typeof html> {
  const rows = [...Map.groupBy(nodes, ({ level }) => level)].toSorted(([a], [b]) => a - b).map(([, row]) => row);
  const longest = Math.max(...rows.map((row) => row.length));
  const canvas = Math.max(chartWidths[width], longest * (box.narrowest + box.columnGap));
  const column = canvas / longest;
  const boxWidth = Math.min(box.widest, column - box.columnGap);
  const placed = place(nodes, rows, canvas, Math.min(column, box.widest + 4 * box.columnGap));
  const height = rows.length * (box.height + box.rowGap) - box.rowGap + 2;
  const lines = placed.flatMap((node) => node.from.flatMap((i) => (placed[i] ? [line(placed[i], node)] : [])));
  return html`<svg role="img" aria-label="${description}" viewBox="0 0 ${canvas} ${height}">
    ${lines}${placed.map((node) => nodeBox(node, boxWidth))}
  </svg>`;
}

/** Centres of the boxes. Within its row a node stands near what it was made from, so that few lines cross. */
function place(
  nodes: readonly LineageNode[],
  rows: readonly LineageNode[][],
  canvas: number,
  column: number,
): Placed[] {
  const centres = new Map<LineageNode, number>();
  const pull = ({ from }: LineageNode): number => {
    const above = from.flatMap((i) => centres.get(nodes[i] as LineageNode) ?? []); // indices are of these nodes
    return above.length === 0 ? canvas / 2 : above.reduce((sum, x) => sum + x, 0) / above.length;
  };
  for (const row of rows) {
    const left = (canvas - (row.length - 1) * column) / 2;
    const ordered = row.map((node) => [pull(node), node] as const).toSorted(([a], [b]) => a - b);
    for (const [i, [, node]] of ordered.entries()) centres.set(node, left + i * column);
  }
  return nodes.map((node) => ({
    ...node,
    x: centres.get(node) ?? 0,
    y: node.level * (box.height + box.rowGap) + 1,
  }));
}

function line(above: Placed, below: Placed): ReturnType<typeof html> {
  const [start, end] = [above.y + box.height, below.y];
  const bend = (end - start) / 2;
  const path = `M${above.x},${start}C${above.x},${start + bend} ${below.x},${end - bend} ${below.x},${end}`;
  return html`<path d="${path}" fill="none" stroke="${colours.muted}" stroke-width="1.2" opacity="0.7"/>`;
}

const nodeBox = ({ kind, method, count, x, y }: Placed, width: number): ReturnType<typeof html> => html`
  <rect x="${x - width / 2}" y="${y}" width="${width}" height="${box.height}" rx="3" fill="${colours.paper}" stroke="${colours.muted}"/>
  <text x="${x}" y="${y + 18}" text-anchor="middle" font-size="12.5" fill="${colours.ink}">${kind}${count > 1 ? ` ×${count}` : ''}</text>
  <text x="${x}" y="${y + 34}" text-anchor="middle" font-size="11.5" fill="${colours.muted}">${method}</text>`;
