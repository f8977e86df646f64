/** The numbers of a page for other programs: CSV, Markdown, and the metadata of a Hugging Face model card. */
import { stringify } from 'yaml';
import { titleOfSet } from '../published/sets.ts';
import { percent, percentRange, points, pointsRange, pValue } from '../report/words.ts';
import { csvOf } from '../rows/csv.ts';
import { type Cell, pageCells } from './cells.ts';
import { type EvaluationPage, headline, type PageRow } from './evaluation-page.ts';

const columns = [
  ...['benchmark', 'model', 'kind', 'reader', 'column', 'items', 'groups', 'measure', 'value', 'low', 'high'],
  ...['source', 'notComparable'],
] as const satisfies (keyof Cell)[];

/** RFC 4180, one number per row. */
export function pageCsv(page: EvaluationPage): string {
  const rows = pageCells(page).map((cell) => columns.map((column) => cell[column]));
  return `${csvOf([columns, ...rows])}\r\n`;
}

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`;
const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
const three = (value: number | null | undefined): string => (value == null ? '' : value.toFixed(3));

export function pageMarkdown(page: EvaluationPage): string {
  const { benchmark, rows, published, pairs } = page;
  const scores = rows.map((row) => {
    const own = headline(row);
    const { strict, lenient } = row.summary.average;
    return [
      ...[row.label, row.kind, percent(own.weighted.score.value), percentRange(own.weighted.score)],
      ...[three(own.weighted.macroF1), percent(strict.weighted.score.value), percent(lenient.weighted.score.value)],
      ...[percent(strict.unread), String(row.summary.items), String(row.summary.groups)],
    ];
  });
  const sets = [...new Set(rows.flatMap(({ summary }) => summary.columns.map(({ name }) => name)))];
  const bySet = rows.map((row) => [
    row.label,
    ...sets.map((set) => {
      const score = row.summary.columns.find(({ name }) => name === set)?.[row.reader].score;
      return score ? `${percent(score.value)} (${percentRange(score)})` : '';
    }),
  ]);
  const parts = [
    `# ${benchmark.title}`,
    benchmark.description,
    markdownTable(scoreHead, scores),
    ...(page.remarks.length > 0 ? [page.remarks.map((remark) => `- ${remark}`).join('\n')] : []),
    ...(sets.length > 1 ? ['## By set', markdownTable(['Model', ...sets.map(titleOfSet)], bySet)] : []),
    ...(published.length > 0
      ? [
          '## Published',
          markdownTable(
            ['Model', 'Measure', 'Average', 'Source', 'Not comparable'],
            published.map(({ model, measure, values, source, notComparable }) => [
              ...[model, measure, three(values.average), source, notComparable.join('; ')],
            ]),
          ),
        ]
      : []),
    ...(pairs.length > 0
      ? [
          '## Differences',
          markdownTable(
            ['Models', 'Difference (points)', '95 % interval', 'p, corrected', 'Items'],
            pairs.map(({ first, second, test, correctedP }) => [
              ...[`${first} → ${second}`, points(test.difference), pointsRange(test)],
              ...[pValue(correctedP), String(test.items)],
            ]),
          ),
        ]
      : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

const scoreHead = [
  ...['Model', 'Kind', 'Score', '95 % interval', 'Macro-F1', 'Strict', 'Lenient', 'Unread, strict', 'Items', 'Groups'],
];

/** Front matter with `model-index`, as the hub reads it off a model card; a result for each set and for all. */
export function cardMetadata({ benchmark }: EvaluationPage, row: PageRow): string {
  const { reader, summary } = row;
  const result = (dataset: string, name: string, accuracy: number, macroF1: number | null) => ({
    task: { type: 'visual-question-answering', name: benchmark.title },
    dataset: { type: dataset, name, split: 'test' },
    metrics: [
      { type: 'accuracy', name: `Accuracy (${reader} reader)`, value: Number(accuracy.toFixed(4)) },
      ...(macroF1 === null
        ? []
        : [{ type: 'f1', name: `Macro-F1 (${reader} reader)`, value: Number(macroF1.toFixed(4)) }]),
    ],
  });
  const { weighted } = summary.average[reader];
  const results = [
    ...summary.columns.map((own) =>
      result(own.name, own.title, own[reader].score.value, own[reader].macroF1?.value ?? null),
    ),
    ...(summary.columns.length > 1
      ? [result(benchmark.name, `${benchmark.title}, all sets`, weighted.score.value, weighted.macroF1)]
      : []),
  ];
  return `---\n${stringify({ 'model-index': [{ name: row.label, results }] }, { lineWidth: 0 })}---\n`;
}
