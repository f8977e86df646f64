/** Cells of the tables of narratives: scores from 0 to 5 with their intervals. */
import { html } from 'hono/html';
import { dimensionKeys, dimensions } from '../../../domain/dermeval/dimensions.ts';
import type { Interval } from '../../../domain/evaluation/intervals.ts';
import type { Agreements, Means } from '../../../domain/methods/skingpt-r1/report/report.ts';
import { type Markup, table } from '../markup.ts';

type Estimate = Interval & { value: number };

const range = ({ low, high }: Interval, digits: number): string => `${low.toFixed(digits)} to ${high.toFixed(digits)}`;

const scoreCell = (own: Estimate | null): Markup =>
  own
    ? html`<td>${own.value.toFixed(3)}<small>${range(own, 2)}</small></td>`
    : html`<td title="no text has the score">–</td>`;

interface MeansRow {
  name: string;
  /** Behind the name, in small letters. */
  note?: string;
  texts: number;
  means: Means;
  strong?: boolean;
}

/** A row for each, a column for each dimension, the mean of the six first. */
export const meansTable = (caption: string, head: string, rows: readonly MeansRow[]): Markup =>
  table(
    caption,
    [head, 'Texts', 'Mean of six', ...dimensionKeys.map((key) => dimensions[key].name)],
    rows.map(
      ({
        name,
        note,
        texts,
        means,
        strong,
      }) => html`<tr class="${strong ? 'strong' : ''}"><th scope="row">${name}${note ? html` <small>${note}</small>` : ''}</th>
        <td>${texts}</td>${scoreCell(means.average)}${dimensionKeys.map((key) => scoreCell(means.dimensions[key]))}</tr>`,
    ),
  );

/** A row for each dimension, the mean of the six last. */
export function agreementTable(caption: string, { dimensions: by, average }: Agreements): Markup {
  const rows = [
    ...dimensionKeys.map((key) => ({ name: dimensions[key].name, own: by[key] })),
    { name: 'Mean of six', own: average },
  ];
  return table(
    caption,
    ['Dimension', 'Texts', 'Mean absolute deviation', 'First less second', 'Correlation'],
    rows.map(
      ({
        name,
        own,
      }) => html`<tr class="${name === 'Mean of six' ? 'strong' : ''}"><th scope="row">${name}</th><td>${own?.items ?? 0}</td>
        ${scoreCell(own?.deviation ?? null)}${scoreCell(own?.bias ?? null)}${scoreCell(own?.correlation ?? null)}</tr>`,
    ),
  );
}
