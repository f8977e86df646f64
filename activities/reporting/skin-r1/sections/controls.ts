/** Each model of a run with its pictures and with grey ones in their place. */
import { html } from 'hono/html';
import { controlOf } from '../../../../domain/evaluation/model-under-test.ts';
import { shortTitle, taskOf } from '../../../../domain/methods/skin-r1/report/models.ts';
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import type { QuestionTask } from '../../../../domain/questions/question.ts';
import { percent, percentRange, points, pointsRange, pValue, taskTitles } from '../../../../domain/report/words.ts';
import { type Markup, table } from '../../markup.ts';

/** Nothing without a control. Between two milestones only the accuracies stand; the paired test is made for the others. */
export function controlTable({ evaluations, comparisons, baselines, final }: Report, task: QuestionTask): Markup {
  const textOnly = baselines.find((own) => own.task === task)?.textOnly;
  const rows = evaluations.flatMap((model) => {
    const control = model.image === 'real' ? controlOf(evaluations, model) : undefined;
    const [own, grey] = [taskOf(model, task), taskOf(control, task)];
    if (!control || !own || !grey) return [];
    const test = comparisons.find((c) => c.task === task && c.first === control.label && c.second === model.label);
    const rule = textOnly ? points(grey.accuracy - textOnly.accuracy) : '–';
    return [
      html`<tr class="${model.label === final ? 'strong' : ''}"><th scope="row">${shortTitle(model)}</th>
        <td>${percent(own.accuracy)}<small>${percentRange(own)}</small></td><td>${percent(grey.accuracy)}<small>${percentRange(grey)}</small></td>
        <td>${points(own.accuracy - grey.accuracy)}${test ? html`<small>${pointsRange(test)}</small>` : ''}</td><td>${test ? pValue(test.p) : '–'}</td>
        <td>${rule}</td></tr>`,
    ];
  });
  if (rows.length === 0) return html``;
  const head = [
    'Model',
    'With the picture',
    'Grey image',
    'Picture adds (points)',
    "McNemar's exact test",
    'Grey image less text only',
  ];
  return table(`${taskTitles[task]}: what each model sees`, head, rows);
}
