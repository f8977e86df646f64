/** Every model of a run by data set and by both readers, and beside the paper. */
import { html } from 'hono/html';
import type { ReaderScores } from '../../../../domain/benchmarks/summaries/summary.ts';
import { type ReaderName, readers } from '../../../../domain/evaluation/scored.ts';
import { shortTitle } from '../../../../domain/methods/skin-r1/report/models.ts';
import type { ModelBySet, Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import { titleOfSet } from '../../../../domain/published/sets.ts';
import type { QuestionTask } from '../../../../domain/questions/question.ts';
import { percent, percentRange, taskTitles } from '../../../../domain/report/words.ts';
import { type Markup, table } from '../../markup.ts';
import { paperTable } from '../../sections/paper.ts';

/** Nothing in a report that was made before sets were told apart. */
export function setTables({ sets, evaluations, final }: Report, task: QuestionTask): Markup {
  const own = sets.filter((model) => model.task === task);
  if (own.length === 0) return html``;
  const titleOf = (label: string): string => {
    const model = evaluations.find((each) => each.label === label);
    return model ? shortTitle(model) : label;
  };
  const names = [...new Set(own.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const rows = own.flatMap((model) =>
    readingsOf(model, names).map(
      ({ reader, cells }) =>
        html`<tr class="${model.label === final ? 'strong' : ''}"><th scope="row">${titleOf(model.label)}</th><td>${reader}</td>${cells}</tr>`,
    ),
  );
  const paper = own.flatMap(({ label, paper }) =>
    paper.map((row) => ({ ...row, model: titleOf(label), row: row.model })),
  );
  const head = ['Model', 'Reader', ...(names.length > 1 ? ['All'] : []), ...names.map(titleOfSet)];
  return html`${table(`${taskTitles[task]}: accuracy, interval, macro-F1 and unreadable outputs by data set`, head, rows)}
    ${paperTable(`${taskTitles[task]}: beside the paper`, paper)}`;
}

/** A row for each reader, one for both where they agree in every number. */
function readingsOf(model: ModelBySet, names: readonly string[]): { reader: string; cells: Markup[] }[] {
  const [strict, lenient] = readers.map((reader) => numbersOf(model, names, reader));
  if (!lenient?.some((numbers) => numbers !== null)) return [{ reader: 'strict', cells: (strict ?? []).map(cell) }];
  return JSON.stringify(strict) === JSON.stringify(lenient)
    ? [{ reader: 'both', cells: lenient.map(cell) }]
    : [
        { reader: 'strict', cells: (strict ?? []).map(cell) },
        { reader: 'lenient', cells: lenient.map(cell) },
      ];
}

type Numbers = { score: ReaderScores['score']; f1: number | null; unread: number } | null;

/** Of all sets together where there are several, then of each. */
function numbersOf({ average, columns }: ModelBySet, names: readonly string[], reader: ReaderName): Numbers[] {
  const all = average?.[reader];
  const together = all ? { score: all.weighted.score, f1: all.weighted.macroF1, unread: all.unread } : null;
  return [
    ...(names.length > 1 ? [together] : []),
    ...names.map((name) => {
      const column = columns.find((each) => each.name === name);
      const own = reader === 'strict' ? column : column?.lenient;
      return own ? { score: own.score, f1: own.macroF1?.value ?? null, unread: own.unread } : null;
    }),
  ];
}

function cell(numbers: Numbers): Markup {
  if (!numbers) return html`<td>–</td>`;
  const { score, f1, unread } = numbers;
  const rest = [...(f1 === null ? [] : [`F1 ${f1.toFixed(3)}`]), ...(unread > 0 ? [`${percent(unread)} unread`] : [])];
  return html`<td>${percent(score.value)}<small>${[percentRange(score), ...rest].join(', ')}</small></td>`;
}
