/** What the run's models recognise, and how good their narratives are. */
import { html } from 'hono/html';
import { dimensions } from '../../../domain/dermeval/dimensions.ts';
import type { Bench, Classification, NarrativeReport, Pair } from '../../../domain/methods/skingpt-r1/report/report.ts';
import { groupUnits, percent, percentRange, points, pointsRange, pValue } from '../../../domain/report/words.ts';
import { grouped } from '../../../domain/words.ts';
import { type Markup, section, table } from '../markup.ts';
import { meansTable } from './cells.ts';

type Recognised = Classification['models'][number];

function labelsWords({ candidateLabels: of }: NarrativeReport['recipe']['evaluation']): string {
  if (typeof of === 'boolean') return of ? ', the set’s labels in the question' : ', without a list of labels';
  return `, the set’s labels in the questions of ${of.join(', ')} alone`;
}

/** A table of models and one of their differences for each set. */
export function recognitionSection({ classification, final, recipe }: NarrativeReport): Markup {
  return section(
    'recognition',
    'Recognition',
    html`<p>Held-out pictures${labelsWords(recipe.evaluation)}; an answer counts that is
      the very label or another name of it (strict), also where it stands outside the form asked for (lenient). The models were
      not trained on these pictures. Intervals are 95 % intervals by ${groupUnits}.</p>`,
    ...classification.flatMap((set) => [
      html`<h3>${set.benchmark}</h3>`,
      table(
        `Accuracy on ${set.benchmark}`,
        ['Model', 'Strict', 'Lenient', 'Grey image, strict', 'Items', 'Groups'],
        set.models.map((own) => recognisedRow(own, own.label === final)),
      ),
      pairsTable(
        `Differences on ${set.benchmark}`,
        set.pairs.map((pair) => ({
          ...{ pair, models: set.models, what: pair.reader, difference: points(pair.difference) },
          ...{ range: pointsRange(pair), detectable: `${(100 * pair.detectable).toFixed(1)} points` },
        })),
      ),
    ]),
  );
}

/** Of an open answer it is known whether it is right, not which other label it is: no macro-F1, no share of unread ones. */
const recognisedRow = (
  own: Recognised,
  strong: boolean,
): Markup => html`<tr class="${strong ? 'strong' : ''}"><th scope="row">${own.title}</th>
  ${shareCell(own.strict.score)}${shareCell(own.lenient.score)}${own.grey ? shareCell(own.grey.strict.score) : html`<td>–</td>`}<td>${grouped(own.items)}</td><td>${grouped(own.groups)}</td></tr>`;

const shareCell = (score: { value: number; low: number; high: number }): Markup =>
  html`<td>${percent(score.value)}<small>${percentRange(score)}</small></td>`;

interface PairRow {
  pair: Pair;
  models: readonly { label: string; title: string }[];
  /** Reader or dimension. */
  what: string;
  difference: string;
  range: string;
  detectable: string;
}

function pairsTable(caption: string, rows: readonly PairRow[]): Markup {
  if (rows.length === 0) return html``;
  const titleOf = ({ models }: PairRow, label: string): string =>
    models.find((own) => own.label === label)?.title ?? label;
  return table(
    caption,
    ['Second less first', 'By', 'Difference', 'p', 'p, corrected', 'Would be seen from', 'Items'],
    rows.map(
      (
        row,
      ) => html`<tr><th scope="row">${titleOf(row, row.pair.second)} − ${titleOf(row, row.pair.first)}</th><td>${row.what}</td>
        <td>${row.difference}<small>${row.range}</small></td><td>${pValue(row.pair.p)}</td><td>${pValue(row.pair.correctedP)}</td><td>${row.detectable}</td><td>${grouped(row.pair.items)}</td></tr>`,
    ),
  );
}

export function benchSection({ bench, final, published }: NarrativeReport): Markup {
  return section(
    'dermbench',
    'Narratives of the models',
    bench ? benchTables(bench, final) : html`<p>This run has no part for DermBench.</p>`,
    publishedTable(published),
  );
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

const benchTables = ({ benchmark, scorer, models, pairs }: Bench, final: string): Markup => html`
  <p>Answers to certified cases that nobody was trained on (<code>${benchmark}</code>), each dimension from 0 to 5, scored by ${scorer}. A
    score that is missing is counted, and is no zero.</p>
  ${meansTable(
    `Scores by dimension, by ${scorer}`,
    'Model',
    models.map(({ label, title, texts, means }) => ({ name: title, texts, means, strong: label === final })),
  )}
  ${models.map(({ title, judged }) => (judged ? judgedLine(title, judged) : ''))}
  ${pairsTable(
    'Differences on the same texts, of 5',
    pairs.map((pair) => ({
      ...{ pair, models, what: pair.dimension === 'average' ? 'mean of six' : dimensions[pair.dimension].name },
      ...{ difference: signed(pair.difference), range: `${signed(pair.low)} to ${signed(pair.high)}` },
      detectable: pair.detectable.toFixed(2),
    })),
  )}`;

function judgedLine(title: string, { missing, anchors }: NonNullable<Bench['models'][number]['judged']>): Markup {
  const mean = (value: number | null): string => (value === null ? 'none' : value.toFixed(2));
  return html`<p class="reasons">${title}: ${grouped(missing.texts)} texts lack a score. Anchors: certified ${mean(anchors.certified)}, of another diagnosis ${mean(anchors.mismatched)}.</p>`;
}

const share = (value: number | null): string => (value === null ? '–' : `${points(value).replace('.0', '')} %`);

function publishedTable({
  source,
  model,
  value,
  note,
  ours,
  gain,
  notComparable,
}: NarrativeReport['published']): Markup {
  return html`<h3>Beside the paper</h3>${table(
    'Mean of six dimensions, of 5',
    ['What', 'Paper', 'Ours'],
    [
      html`<tr><th scope="row">${model}<small>${source}</small></th><td>${value.toFixed(3)}<small>${note}</small></td>
        <td>${ours ? html`${ours.value.toFixed(3)}<small>${ours.low.toFixed(2)} to ${ours.high.toFixed(2)}</small>` : '–'}</td></tr>`,
      html`<tr><th scope="row">Above the base model</th><td>about ${share(gain.published)}</td><td>${share(gain.ours)}</td></tr>`,
    ],
  )}<p class="reasons">Not comparable: ${notComparable.join('; ')}.</p>`;
}
