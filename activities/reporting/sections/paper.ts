/** Our numbers beside the paper's, and why they cannot be compared. */
import { html } from 'hono/html';
import type { ReaderName } from '../../../domain/evaluation/scored.ts';
import type { PublishedComparison } from '../../../domain/published/against.ts';
import { averageColumn, type Measure } from '../../../domain/published/published.ts';
import { titleOfSet } from '../../../domain/published/sets.ts';
import { numbered } from '../../../domain/report/numbered.ts';
import { percent, percentRange, points } from '../../../domain/report/words.ts';
import { type Markup, table, unbroken } from '../markup.ts';

export const measures: Record<Measure, string> = { accuracy: 'accuracy', macroF1: 'macro-F1' };

const written = (measure: Measure, value: number): string =>
  measure === 'accuracy' ? percent(value) : value.toFixed(3);

/** `model` is ours, `row` the paper's. */
interface PaperRow extends Omit<PublishedComparison, 'model'> {
  model: string;
  row: string;
  /** Of ours, where that is not the strict one. */
  reader?: ReaderName;
}

/** Nothing without a row. */
export function paperTable(title: string, found: readonly PaperRow[]): Markup {
  if (found.length === 0) return html``;
  const reasons = numberedReasons(found.map(({ notComparable }) => notComparable));
  return html`${table(
    title,
    ['Model', 'Row of the paper', 'Set', 'Measure', 'Paper', 'Ours', 'Difference', 'Comparable'],
    found.map(
      (
        own,
      ) => html`<tr><th scope="row">${own.model}</th><td>${own.row}</td><td>${own.column === averageColumn ? 'all' : titleOfSet(own.column)}</td>
        <td>${measures[own.measure]}</td><td>${written(own.measure, own.paper)}</td>
        <td>${written(own.measure, own.ours)}${own.low === null || own.high === null || own.measure !== 'accuracy' ? '' : html`<small>${percentRange({ low: own.low, high: own.high })}</small>`}${own.reader === 'lenient' ? html`<small>lenient reader</small>` : ''}</td>
        <td>${own.measure === 'accuracy' ? points(own.difference) : own.difference.toFixed(3)}</td><td>${reasons.write(own.notComparable)}</td></tr>`,
    ),
  )}${reasons.legend}`;
}

/** Each reason once, by a number; many rows share theirs. */
export function numberedReasons(lists: readonly (readonly string[])[]) {
  const { all, write } = numbered(lists);
  const legend =
    all.length === 0
      ? html``
      : html`<p class="reasons">Not comparable: ${all.map((reason, i) => html`${i > 0 ? '; ' : ''}(${i + 1}) ${unbroken(reason)}`)}.</p>`;
  return { write, legend };
}
