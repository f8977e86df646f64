import { html } from 'hono/html';
import { controlOf } from '../../../../domain/evaluation/model-under-test.ts';
import {
  ofStage,
  shortTitle,
  stageOf,
  stepBefore,
  stepsOf,
  taskOf,
} from '../../../../domain/methods/skin-r1/report/models.ts';
import type { Comparison, Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import { questionTasks } from '../../../../domain/questions/question.ts';
import {
  groupUnits,
  percent,
  percentRange,
  points,
  pointsRange,
  pValue,
  taskTitles,
} from '../../../../domain/report/words.ts';
import { grouped } from '../../../../domain/words.ts';
import { confusionChart } from '../../charts/confusion.ts';
import { figure, type Markup, section, table, unbroken } from '../../markup.ts';
import { accuracyChart } from '../charts/accuracy.ts';
import { controlTable } from './controls.ts';
import { probesTable } from './probes.ts';
import { setTables } from './sets.ts';
import { textOnlyNote, textOnlyTable } from './text-only.ts';

/** The findings in words, with the numbers that matter most set large. */
export function summarySection(report: Report): Markup {
  return section(
    'summary',
    'Summary',
    html`<p>Accuracy in disease diagnosis on held-out questions, with 95 % intervals:</p>
      <dl class="key-figures">${keyFigures(report)}</dl>`,
    html`<ul class="findings">${report.summary.map((sentence) => html`<li>${unbroken(sentence)}</li>`)}</ul>`,
  );
}

function keyFigures({ evaluations, comparisons, final, baselines }: Report): Markup[] {
  const finalEvaluation = evaluations.find(({ label }) => label === final);
  const [base] = ofStage(evaluations, 'base');
  const shown = [...new Set([base, ...stepsOf(evaluations), finalEvaluation])];
  const control = finalEvaluation && controlOf(evaluations, finalEvaluation);
  const figures = [...shown, control].flatMap((model) => {
    const score = taskOf(model, 'diagnosis');
    return model && score ? [keyFigure(model.title, percent(score.accuracy), percentRange(score))] : [];
  });
  const textOnly = baselines.find(({ task }) => task === 'diagnosis')?.textOnly;
  if (textOnly) {
    figures.push(keyFigure('Text only, without any image', percent(textOnly.accuracy), percentRange(textOnly)));
  }
  const start = finalEvaluation && stepBefore(evaluations, finalEvaluation);
  const gain = comparisons.find((c) => c.task === 'diagnosis' && c.first === start?.label && c.second === final);
  const [from, to] = [start && stageOf(start), finalEvaluation && stageOf(finalEvaluation)];
  return gain && from && to
    ? [
        ...figures,
        keyFigure(
          `Gain of ${to.shortTitle} over ${from.shortTitle}, in points`,
          points(gain.difference),
          pointsRange(gain),
        ),
      ]
    : figures;
}

const keyFigure = (name: string, value: string, range: string): Markup => html`
  <div><dt>${name}</dt><dd><span class="value">${value}</span> <span class="range">${range}</span></dd></div>`;

/** Scores of every model, comparisons, confusion of the final one. */
export async function resultsSection(report: Report): Promise<Markup> {
  const tasks = questionTasks.filter((task) => report.evaluations.some((model) => taskOf(model, task)));
  const parts: Markup[] = [
    html`<p>Held-out questions, greedy decoding, strict reading of answers: an output that no option can be read from counts as
      wrong. The lenient reading finds answers without the tags too, as the paper extracts its baselines' answers. Intervals are 95 % intervals by ${groupUnits}, wider where there are few.</p>`,
    textOnlyNote(report),
  ];
  for (const task of tasks) {
    const title = taskTitles[task];
    parts.push(
      html`<h3>${title}</h3>`,
      await figure({
        id: `accuracy-${task}`,
        title: `${title}: accuracy by checkpoint`,
        caption:
          'Points are accuracies, bars their 95 % intervals, the dashed lines are what guessing earns and what the options’ labels alone do; grey: models on grey images.',
        description: report.evaluations
          .flatMap((model) => {
            const score = taskOf(model, task);
            return score ? [`${model.title}: ${percent(score.accuracy)}, interval ${percentRange(score)}`] : [];
          })
          .join('; '),
        spec: (width) => accuracyChart(report, task, width),
      }),
      scoreTable(report, task),
      setTables(report, task),
      controlTable(report, task),
      textOnlyTable(report, task),
      probesTable(report, task),
      unreadableTable(report, task),
    );
  }
  parts.push(comparisonTable(report), await confusionFigures(report));
  return section('results', 'Results', ...parts);
}

function scoreTable({ evaluations, final }: Report, task: (typeof questionTasks)[number]): Markup {
  const rows = evaluations.flatMap((model) => {
    const score = taskOf(model, task);
    if (!score) return [];
    return [
      html`<tr class="${model.label === final ? 'strong' : ''}">
        <th scope="row"><span class="wide">${model.title}</span><span class="narrow">${shortTitle(model)}</span></th>
        <td>${percent(score.accuracy)}</td><td>${percentRange(score)}</td><td>${score.macroF1.toFixed(3)}</td>
        <td>${percent(score.unparsed)}</td><td>${percent(score.format)}</td>
        <td>${percent(score.lenient.accuracy)}</td><td>${percent(score.lenient.unparsed)}</td>
        <td>${grouped(score.items)}</td>
      </tr>`,
    ];
  });
  const head = [
    ...['Model', 'Accuracy', '95 % interval', 'Macro-F1', 'Unreadable', 'Right form'],
    ...['Accuracy, lenient', 'Unreadable, lenient', 'n'],
  ];
  return table(`${taskTitles[task]}: scores`, head, rows);
}

/** Why outputs could not be read, for the models of which some could not. */
function unreadableTable({ evaluations }: Report, task: (typeof questionTasks)[number]): Markup {
  const rows = evaluations.flatMap((model) => {
    const score = taskOf(model, task);
    if (!score || score.unreadable.length === 0) return [];
    const forms = score.unreadable.map(({ form, count }) => `${form} ${grouped(count)}`).join(', ');
    return [
      html`<tr><th scope="row">${shortTitle(model)}</th><td>${percent(score.unparsed)}</td><td>${forms}</td>
        <td>${percent(score.lenient.unparsed)}</td></tr>`,
    ];
  });
  if (rows.length === 0) return html``;
  const head = ['Model', 'Unreadable', 'Outputs by form', 'Unreadable, lenient'];
  return table(`${taskTitles[task]}: outputs that could not be read`, head, rows);
}

function comparisonTable({ comparisons, evaluations }: Report): Markup {
  if (comparisons.length === 0) return html``;
  const titleOf = (label: string): string => {
    const model = evaluations.find((own) => own.label === label);
    return model ? shortTitle(model) : label;
  };
  const row = (c: Comparison): Markup => html`<tr>
    <th scope="row">${titleOf(c.first)} → ${titleOf(c.second)}</th>
    <td>${points(c.difference)}</td><td>${pointsRange(c)}</td><td>${c.onlyFirst} / ${c.onlySecond}</td>
    <td>${pValue(c.p)}</td><td>${grouped(c.items)}</td>
  </tr>`;
  const head = [
    'Models',
    'Difference (points)',
    '95 % interval',
    'Right: only first / only second',
    "McNemar's exact test",
    'n',
  ];
  const tables = [...Map.groupBy(comparisons, ({ task }) => task)].map(([task, own]) =>
    table(`${taskTitles[task]}: differences of accuracy on the same questions`, head, own.map(row)),
  );
  return html`<h3>Paired comparisons</h3>${tables}`;
}

async function confusionFigures({ evaluations, final }: Report): Promise<Markup> {
  const model = evaluations.find(({ label }) => label === final);
  const figures = [];
  for (const task of questionTasks) {
    const score = taskOf(model, task);
    if (!score) continue;
    figures.push(
      await figure({
        id: `confusion-${task}`,
        title: `${taskTitles[task]}: confusion of the final model`,
        caption:
          'Numbers count questions; the shade is the share of the row. An option may be a group of diseases as well as a disease.',
        description: `${grouped(score.items)} questions, ${percent(score.accuracy)} on the diagonal.`,
        spec: (width) => confusionChart(score.confusion, width),
        fixed: true,
      }),
    );
  }
  return html`<h3>Confusion</h3>${figures}`;
}
