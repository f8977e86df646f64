/** Accuracy of every evaluated model on one task, with 95 % intervals and what guessing earns. */

import { shortTitle, taskOf } from '../../../../domain/methods/skin-r1/report/models.ts';
import type { Report } from '../../../../domain/methods/skin-r1/report/report.ts';
import type { QuestionTask } from '../../../../domain/questions/question.ts';
import type { ChartSpec } from '../../charts/render.ts';
import { type ChartWidth, chartWidths, colours, series } from '../../charts/theme.ts';

const rowHeight = 38;
const toPercent = (share: number): number => 100 * share;

/** Null where no model answered questions of the task. */
export function accuracyChart(
  { evaluations, baselines, comparisons }: Report,
  task: QuestionTask,
  width: ChartWidth,
): ChartSpec | null {
  // Of the controls those that are compared: a curve of many milestones has as many.
  const compared = new Set(comparisons.map(({ first }) => first));
  const values = evaluations.flatMap((model) => {
    const score = taskOf(model, task);
    if (!score || (model.image === 'grey' && !compared.has(model.label))) return [];
    const [accuracy, low, high] = [score.accuracy, score.low, score.high].map(toPercent);
    const name = width === 'wide' ? model.title : shortTitle(model);
    // Written by us as in the tables: a number rounded twice may differ in its last digit.
    return [{ model: name, image: model.image, accuracy, low, high, written: (100 * score.accuracy).toFixed(1) }];
  });
  if (values.length === 0) return null;
  const guesses = guessesOf(baselines, task);
  const y = rows(values.map(({ model }) => model));
  const text = { field: 'written', type: 'nominal' } as const;
  return {
    data: { values },
    width: chartWidths[width],
    height: rowHeight * values.length + 80 + 14 * (guesses.length - 1),
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      ...guesses.flatMap(guessLayers),
      {
        mark: { type: 'rule', strokeWidth: 2.5 },
        encoding: { y, x: axis('low'), x2: { field: 'high' }, color: byImage },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { y, x: axis('accuracy'), color: byImage },
      },
      // The value twice: first as a halo, so that a line behind it does not strike it through.
      {
        mark: { ...valueMark, stroke: colours.paper, strokeWidth: 4, strokeJoin: 'round' },
        encoding: { y, x: axis('accuracy'), text },
      },
      { mark: valueMark, encoding: { y, x: axis('accuracy'), text } },
    ],
  };
}

const valueMark = { type: 'text', dy: -12, fontSize: 12 } as const;

const rows = (models: readonly string[]) => ({
  field: 'model',
  type: 'nominal' as const,
  sort: [...models],
  axis: { title: null, ticks: false, domain: false, grid: true, labelPadding: 8 },
});

const axis = (field: string) => ({
  field,
  type: 'quantitative' as const,
  title: 'Accuracy (% of held-out questions)',
  scale: { domain: [0, 100] },
});

const byImage = {
  field: 'image',
  type: 'nominal' as const,
  scale: { domain: ['real', 'grey'], range: [series[0] ?? colours.ink, colours.muted] },
  legend: null,
};

interface Guess {
  name: string;
  percent: number;
}

/** What guessing earns, and what the options' labels alone do. */
function guessesOf(baselines: Report['baselines'], task: QuestionTask): Guess[] {
  const own = baselines.find((baseline) => baseline.task === task);
  if (!own) return [];
  const guess =
    task === 'lesion-condition'
      ? { name: `always "${own.majority.label}"`, percent: toPercent(own.majority.accuracy) }
      : { name: 'chance', percent: toPercent(own.chance) };
  return own.textOnly ? [guess, { name: 'text only', percent: toPercent(own.textOnly.accuracy) }] : [guess];
}

/** A line and its name above the rows, each name higher than the last; drawn once, not once for each model. */
const guessLayers = ({ name, percent }: Guess, place: number): ChartSpec['layer'] => {
  const color = series[1] ?? colours.muted;
  const x = { datum: percent, type: 'quantitative' as const };
  const data = { values: [{}] };
  return [
    { data, mark: { type: 'rule', strokeDash: [5, 4], strokeWidth: 1.5, color }, encoding: { x } },
    {
      data,
      mark: { type: 'text', y: 0, dy: -14 * (place + 1), fontSize: 12, color },
      encoding: { x, text: { value: `${name} ${percent.toFixed(1)}` } },
    },
  ];
};
