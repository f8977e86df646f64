/** The leaderboard: models, controls and rules, by set, beside the published rows. */
import { html } from 'hono/html';
import { type EvaluationPage, headline, type PageRow } from '../../../domain/pages/evaluation-page.ts';
import { averageColumn } from '../../../domain/published/published.ts';
import { titleOfSet } from '../../../domain/published/sets.ts';
import { percent, percentRange } from '../../../domain/report/words.ts';
import { grouped } from '../../../domain/words.ts';
import { leaderboardChart } from '../charts/leaderboard.ts';
import { stepsChart } from '../charts/steps.ts';
import { collapsible, figure, type Markup, section, table } from '../markup.ts';
import { measures, numberedReasons, paperTable } from '../sections/paper.ts';

interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** A share with its interval below it, sorted by the share. */
export const estimateCell = (own: Estimate | null | undefined): Markup =>
  own
    ? html`<td data-value="${own.value}">${percent(own.value)}<small>${percentRange(own)}</small></td>`
    : html`<td data-value="">–</td>`;

export const shareCell = (share: number | null | undefined): Markup =>
  share == null ? html`<td data-value="">–</td>` : html`<td data-value="${share}">${percent(share)}</td>`;

const f1Cell = (value: number | null | undefined): Markup =>
  value == null ? html`<td data-value="">–</td>` : html`<td data-value="${value}">${value.toFixed(3)}</td>`;

export const sortable = (content: Markup): Markup => html`<div class="sortable">${content}</div>`;

const kindWords: Record<PageRow['kind'], string> = { model: '', 'no image': 'grey pictures', rule: 'a reference' };

export const rowHead = ({ label, kind, samples }: PageRow): Markup => {
  const words = [kindWords[kind], samples > 1 ? `first of ${samples} answers` : ''].filter((word) => word !== '');
  return html`<th scope="row">${label}${words.length > 0 ? html`<small>${words.join(', ')}</small>` : ''}</th>`;
};

export async function leaderboardSection(page: EvaluationPage): Promise<Markup> {
  const { rows } = page;
  const said = rows.map((row) => `${row.label}: ${percent(headline(row).weighted.score.value)}`).join('; ');
  return section(
    'leaderboard',
    'Leaderboard',
    html`<p>Each row by its model's own reader, with 95 % intervals by patient or lesion. The strict reader takes what the
      final block says, the lenient one finds answers without the tags too; an output that is not read is wrong. References are no models under test: guessing, the
      most frequent answer, “benign” and the labels alone see no picture; nearest neighbour and linear probe see it by an image encoder, and were fitted
      on training pictures. A score says something where it is above all of them.</p>
      ${rows.length > 0 && page.remarks.length > 0 ? html`<ul class="remarks">${page.remarks.map((remark) => html`<li>${remark}</li>`)}</ul>` : ''}`,
    await figure({
      id: 'scores',
      title: 'Scores',
      caption: 'Points are scores over all items, bars their 95 % intervals; the paper prints none.',
      description: said,
      spec: (width) => leaderboardChart(page, width, true),
    }),
    sortable(scoreTable(page)),
    sortable(setTable(page)),
    paperOf(page),
    publishedTable(page),
    await figure({
      id: 'steps',
      title: 'Score by step',
      caption: 'Models of one run and stage, with 95 % intervals.',
      description: said,
      spec: (width) => stepsChart(page, width),
    }),
  );
}

function scoreTable({ rows }: EvaluationPage): Markup {
  const head = [
    'Model',
    'Score',
    'Macro-F1',
    'Strict',
    'Lenient',
    'Unread, strict',
    'Unread, lenient',
    'Items',
    'Groups',
  ];
  return table(
    'Scores over all items',
    head,
    rows.map((row) => {
      const { strict, lenient } = row.summary.average;
      const own = headline(row);
      return html`<tr class="${row.kind === 'model' ? 'strong' : ''}">${rowHead(row)}${estimateCell(own.weighted.score)}${f1Cell(own.weighted.macroF1)}
        ${estimateCell(strict.weighted.score)}${estimateCell(lenient.weighted.score)}${shareCell(strict.unread)}${shareCell(lenient.unread)}
        <td data-value="${row.summary.items}">${grouped(row.summary.items)}</td><td data-value="${row.summary.groups}">${grouped(row.summary.groups)}</td></tr>`;
    }),
  );
}

/** Nothing for a benchmark of one column. */
function setTable({ rows }: EvaluationPage): Markup {
  const sets = [...new Set(rows.flatMap(({ summary }) => summary.columns.map(({ name }) => name)))];
  if (sets.length < 2) return html``;
  const own = (row: PageRow, set: string) => row.summary.columns.find(({ name }) => name === set)?.[row.reader];
  const hasF1 = rows.some(({ summary }) => summary.classes !== null);
  const titles = sets.map(titleOfSet);
  return html`${table(
    'Score by set',
    ['Model', ...titles, 'All, weighted by items', 'Plain mean of sets'],
    rows.map(
      (row) => html`<tr>${rowHead(row)}${sets.map((set) => estimateCell(own(row, set)?.score))}
        ${estimateCell(headline(row).weighted.score)}${shareCell(headline(row).macro.score)}</tr>`,
    ),
  )}${
    hasF1
      ? table(
          'Macro-F1 by set',
          ['Model', ...titles, 'Weighted mean of sets', 'Plain mean of sets'],
          rows.map(
            (row) => html`<tr>${rowHead(row)}${sets.map((set) => f1Cell(own(row, set)?.macroF1?.value))}
              ${f1Cell(headline(row).weighted.macroF1)}${f1Cell(headline(row).macro.macroF1)}</tr>`,
          ),
        )
      : ''
  }`;
}

/** Models that a row of the paper stands for: paper, ours, difference, interval. */
const paperOf = ({ rows }: EvaluationPage): Markup =>
  paperTable(
    'Beside the paper',
    rows.flatMap((row) => row.paper.map((own) => ({ ...own, model: row.label, row: own.model }))),
  );

function publishedTable({ published, rows }: EvaluationPage): Markup {
  if (published.length === 0) return html``;
  const reasons = numberedReasons(published.map(({ notComparable }) => notComparable));
  const tables = [...Map.groupBy(published, ({ measure }) => measure)].map(([measure, own]) => {
    const columns = [...new Set(own.flatMap(({ values }) => Object.keys(values)))];
    const sources = [...new Set(own.map(({ source }) => source))].join('; ');
    return sortable(
      table(
        `Published ${measures[measure]}: ${sources}`,
        ['Model', ...columns.map((name) => (name === averageColumn ? 'All' : titleOfSet(name))), 'Comparable'],
        own.map(
          ({
            model,
            values,
            note,
            notComparable,
          }) => html`<tr><th scope="row">${model}${note ? html`<small class="note">${note}</small>` : ''}</th>
            ${columns.map((name) => (measure === 'accuracy' ? shareCell(values[name]) : f1Cell(values[name])))}<td>${reasons.write(notComparable)}</td></tr>`,
        ),
      ),
    );
  });
  const [first] = rows;
  return collapsible(
    `Published rows (${published.length})`,
    true,
    html`<p class="reasons">Not measured by us.${first ? ` Whether they can be compared is said of ${first.label}.` : ''}</p>${reasons.legend}${tables}`,
  );
}
