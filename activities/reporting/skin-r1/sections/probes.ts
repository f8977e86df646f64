import { html } from 'hono/html';
import { benchmarkOfTask } from '../../../../domain/evaluation/asked.ts';
import { taskOf } from '../../../../domain/methods/skin-r1/report/models.ts';
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import type { QuestionTask } from '../../../../domain/questions/question.ts';
import { percent, percentRange, taskTitles } from '../../../../domain/report/words.ts';
import { grouped } from '../../../../domain/words.ts';
import { type Markup, table } from '../../markup.ts';

/** What can be had from the pictures without a language model, with the final model beside it. */
export function probesTable({ probes, evaluations, final }: Report, task: QuestionTask): Markup {
  const own = probes?.rows.filter(({ benchmark }) => benchmark === benchmarkOfTask(task)) ?? [];
  const remarks = probes?.remarks.filter((remark) => remark.startsWith(`${benchmarkOfTask(task)}: `)) ?? [];
  if (own.length + remarks.length === 0) return html``;
  const model = evaluations.find(({ label }) => label === final);
  const score = taskOf(model, task);
  const rows = [
    ...own.map(({ label, items, macroF1, ...reference }) => line(label, items, { ...reference, macroF1 })),
    ...(model && score ? [line(model.title, score.items, score)] : []),
  ];
  return html`${
    own.length === 0
      ? ''
      : table(
          `${taskTitles[task]}: what the pictures tell without a language model`,
          ['Reference', 'Accuracy', '95 % interval', 'Macro-F1', 'n'],
          rows,
        )
  }
    ${remarks.map((remark) => html`<p>${remark}</p>`)}`;
}

interface Scores {
  accuracy: number;
  low: number;
  high: number;
  macroF1: number | null;
}

const line = (name: string, items: number, scores: Scores): Markup => html`<tr>
  <th scope="row">${name}</th><td>${percent(scores.accuracy)}</td><td>${percentRange(scores)}</td>
  <td>${scores.macroF1 === null ? '–' : scores.macroF1.toFixed(3)}</td><td>${grouped(items)}</td></tr>`;
