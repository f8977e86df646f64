/** Every model of a run by data set, and beside the paper. */
import { html } from 'hono/html';
import { titleOfSet } from '../../../domain/published/sets.ts';
import type { QuestionTask } from '../../../domain/questions/question.ts';
import { shortTitle } from '../../../domain/report/models.ts';
import type { Report } from '../../../domain/report/report.ts';
import { percent, percentRange, taskTitles } from '../../../domain/report/words.ts';
import { type Markup, table } from '../markup.ts';
import { paperTable } from './paper.ts';

/** Nothing in a report that was made before sets were told apart. */
export function setTables({ sets, evaluations, final }: Report, task: QuestionTask): Markup {
  const own = sets.filter((model) => model.task === task);
  if (own.length === 0) return html``;
  const titleOf = (label: string): string => {
    const model = evaluations.find((each) => each.label === label);
    return model ? shortTitle(model) : label;
  };
  const names = [...new Set(own.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const rows = own.map(
    ({ label, columns }) =>
      html`<tr class="${label === final ? 'strong' : ''}"><th scope="row">${titleOf(label)}</th>${names.map((name) => {
        const strict = columns.find((column) => column.name === name);
        if (!strict) return html`<td>–</td>`;
        const f1 = strict.macroF1 ? `, F1 ${strict.macroF1.value.toFixed(3)}` : '';
        return html`<td>${percent(strict.score.value)}<small>${percentRange(strict.score)}${f1}</small></td>`;
      })}</tr>`,
  );
  const paper = own.flatMap(({ label, paper }) =>
    paper.map((row) => ({ ...row, model: titleOf(label), row: row.model })),
  );
  return html`${table(`${taskTitles[task]}: accuracy, interval and macro-F1 by data set`, ['Model', ...names.map(titleOfSet)], rows)}
    ${paperTable(`${taskTitles[task]}: beside the paper`, paper)}`;
}
