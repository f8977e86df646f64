/** Where answers go wrong, and how models differ: confusion, recall, what could not be read, groups, pairs. */
import { html } from 'hono/html';
import type { EvaluationPage, PageRow } from '../../../domain/pages/evaluation-page.ts';
import { detectableWords, percent, percentRange, points, pointsRange, pValue } from '../../../domain/report/words.ts';
import { grouped } from '../../../domain/words.ts';
import { confusionChart } from '../charts/confusion.ts';
import { collapsible, figure, type Markup, section, table } from '../markup.ts';
import { estimateCell, rowHead, shareCell, sortable } from './scores.ts';

/** Nothing where one model stands alone. */
export function differencesSection({ pairs }: EvaluationPage): Markup {
  if (pairs.length === 0) return html``;
  return section(
    'differences',
    'Differences',
    html`<p>On the items that both were asked: the second less the first, in percentage points. The p is that of the exact test by whole
      patients, or of t where scores are shares, corrected by Holm's method for all pairs here; "detectable" is the least true difference that such a test finds in 80 of 100 cases.</p>`,
    sortable(
      table(
        'Pairs of models',
        ['Models', 'Difference', '95 % interval', 'p, corrected', 'Detectable', 'Items', 'Groups'],
        pairs.map(
          ({ first, second, test, correctedP }) => html`<tr><th scope="row">${first} → ${second}</th>
            <td data-value="${test.difference}">${points(test.difference)}</td><td data-value="${test.low}">${pointsRange(test)}</td>
            <td data-value="${correctedP}">${pValue(correctedP)}</td><td data-value="${test.detectable}">${detectableWords(test.detectable)}</td>
            <td data-value="${test.items}">${grouped(test.items)}</td><td data-value="${test.groups}">${grouped(test.groups)}</td></tr>`,
        ),
      ),
    ),
  );
}

/** By skin tone, modality and whatever else the items note. */
export function groupsSection({ rows }: EvaluationPage): Markup {
  const names = [...new Set(rows.flatMap(({ attributes }) => attributes.map(({ attribute }) => attribute)))];
  const tables = names.map((name) => {
    const values = [
      ...new Set(
        rows
          .flatMap(({ attributes }) => attributes.find((own) => own.attribute === name)?.groups ?? [])
          .map(({ value }) => value),
      ),
    ].toSorted();
    return sortable(
      table(
        `By ${name}`,
        ['Model', ...values, 'Worst', 'Gap, best to worst'],
        rows.flatMap((row) => {
          const own = row.attributes.find(({ attribute }) => attribute === name);
          if (!own) return [];
          const { gap, worst, groups } = own;
          return [
            html`<tr>${rowHead(row)}${values.map((value) => {
              const found = groups.find((group) => group.value === value);
              return estimateCell(found && { ...found, value: found.score });
            })}<td>${worst?.value ?? '–'}</td>
            <td data-value="${gap?.value ?? ''}">${gap ? html`${points(gap.value)}<small>${pointsRange(gap)}${gap.shown ? '' : ', not shown'}</small>` : '–'}</td></tr>`,
          ];
        }),
      ),
    );
  });
  if (tables.length === 0) return html``;
  return section(
    'groups',
    'Groups',
    html`<p>The gap is between the groups that came out best and worst, so its interval is that of all pairs of groups together; a gap is shown where it lies above 0.</p>`,
    ...tables,
  );
}

/** Of models alone; the first unfolded. */
export async function answersSection({ rows }: EvaluationPage): Promise<Markup> {
  const parts = [unreadableTable(rows)];
  for (const [i, row] of rows.filter(({ kind }) => kind !== 'rule').entries()) {
    const { classes, items } = row.summary;
    if (!classes) continue;
    const drawn = await figure({
      id: `confusion-${i}`,
      title: `${row.label}: confusion`,
      caption: 'Strict reader. Numbers count items; the shade is the share of the row.',
      description: `${grouped(items)} items.`,
      spec: (width) => confusionChart(classes, width),
      fixed: true,
    });
    const recall = table(
      `${row.label}: recall of each label`,
      ['Label', 'Recall', '95 % interval', 'Items'],
      classes.recall.map(
        (own) =>
          html`<tr><th scope="row">${own.label}</th>${shareCell(own.recall)}<td data-value="${own.low}">${percentRange(own)}</td><td data-value="${own.items}">${grouped(own.items)}</td></tr>`,
      ),
    );
    parts.push(
      collapsible(row.label, i === 0, html`${drawn}${collapsible('Recall of each label', false, sortable(recall))}`),
    );
  }
  return section('answers', 'Answers', ...parts);
}

function unreadableTable(rows: readonly PageRow[]): Markup {
  const found = rows.filter(({ summary }) => summary.unreadable.length > 0);
  if (found.length === 0) return html``;
  return table(
    'Outputs that the strict reader could not read',
    ['Model', 'Unread, strict', 'By form', 'Unread, lenient'],
    found.map((row) => {
      const forms = row.summary.unreadable.map(({ form, count }) => `${form} ${grouped(count)}`).join(', ');
      const { strict, lenient } = row.summary.average;
      return html`<tr>${rowHead(row)}<td>${percent(strict.unread)}</td><td>${forms}</td><td>${percent(lenient.unread)}</td></tr>`;
    }),
  );
}
