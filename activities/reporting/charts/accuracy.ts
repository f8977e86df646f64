/** Accuracy of every evaluated model on one task, with 95 % intervals and what guessing earns. */
import type { QuestionTask } from '../../../domain/questions/question.ts';
import { taskOf } from '../../../domain/report/models.ts';
import type { Report } from '../../../domain/report/report.ts';
import type { ChartSpec } from './render.ts';
import { type ChartWidth, chartWidths, colours, series } from './theme.ts';

const rowHeight = 38;
const toPercent = (share: number): number => Number((100 * share).toFixed(2));

/** Null where no model answered questions of the task. */
export function accuracyChart(
  { evaluations, baselines }: Report,
  task: QuestionTask,
  width: ChartWidth,
): ChartSpec | null {
  const values = evaluations.flatMap((model) => {
    const score = taskOf(model, task);
    if (!score) return [];
    const [accuracy, low, high] = [score.accuracy, score.low, score.high].map(toPercent);
    return [{ model: model.title, image: model.image, accuracy, low, high }];
  });
  if (values.length === 0) return null;
  const guess = guessOf(baselines, task);
  const models = values.map(({ model }) => model);
  return {
    data: { values },
    width: chartWidths[width],
    height: rowHeight * values.length + 70,
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      ...(guess ? guessLayers(guess) : []),
      {
        mark: { type: 'rule', strokeWidth: 2.5 },
        encoding: { y: rows(models), x: axis('low'), x2: { field: 'high' }, color: byImage },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: { y: rows(models), x: axis('accuracy'), color: byImage },
      },
      {
        mark: { type: 'text', dy: -11, fontSize: 11 },
        encoding: {
          y: rows(models),
          x: axis('accuracy'),
          text: { field: 'accuracy', type: 'quantitative', format: '.1f' },
        },
      },
    ],
  };
}

const rows = (models: readonly string[]) => ({
  field: 'model',
  type: 'nominal' as const,
  sort: [...models],
  axis: {
    title: null,
    labelExpr: "split(datum.label, ', ')",
    labelLineHeight: 14,
    ticks: false,
    domain: false,
    grid: true,
  },
});

const axis = (field: string) => ({
  field,
  type: 'quantitative' as const,
  title: 'Accuracy on held-out questions (%)',
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

function guessOf(baselines: Report['baselines'], task: QuestionTask): Guess | null {
  const own = baselines.find((baseline) => baseline.task === task);
  if (!own) return null;
  return task === 'lesion-condition'
    ? { name: `always "${own.majority.label}"`, percent: toPercent(own.majority.accuracy) }
    : { name: 'chance', percent: toPercent(own.chance) };
}

const guessLayers = ({ name, percent }: Guess): ChartSpec['layer'] => {
  const color = series[1] ?? colours.muted;
  const x = { datum: percent, type: 'quantitative' as const };
  return [
    { mark: { type: 'rule', strokeDash: [5, 4], strokeWidth: 1.5, color }, encoding: { x } },
    {
      mark: { type: 'text', y: 0, dy: -6, fontSize: 11, color },
      encoding: { x, text: { value: `${name} ${percent.toFixed(1)}` } },
    },
  ];
};
