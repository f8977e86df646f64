/** `<date>_results.json` of lmms-eval: the aggregated metrics of each task. */
import { z } from 'zod';
import { userMistake } from '../../failures.ts';
import type { BenchmarkSummary } from '../summaries/summary.ts';
import { parsePythonJson } from './python-json.ts';

const resultsSchema = z.looseObject({
  results: z.record(z.string(), z.record(z.string(), z.unknown())),
  'n-samples': z.record(z.string(), z.looseObject({ effective: z.int().nonnegative().optional() })).optional(),
  model_name: z.string().nullish(),
});

interface LmmsEvalMetric {
  task: string;
  metric: string;
  /** Filter of the responses, mostly `none`. */
  filter: string;
  value: number;
  /** As the tool computed it, items taken as independent; null where it computed none. */
  standardError: number | null;
}

interface LmmsEvalResults {
  model: string | null;
  metrics: LmmsEvalMetric[];
  /** Items of each task. */
  items: Readonly<Record<string, number>>;
  /** The file as it is, so that it can be written again byte for byte. */
  text: string;
}

/** Metrics have names like `accuracy,none`, and `accuracy_stderr,none` beside them. What is no number is passed over. */
export function parseLmmsEvalResults(text: string, file: string): LmmsEvalResults {
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (error) {
    throw userMistake(`${file}: is no JSON (${String(error)}); give the results that lmms-eval wrote`, error);
  }
  const parsed = resultsSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw userMistake(`${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const { results, model_name: model = null, 'n-samples': counts = {} } = parsed.data;
  return {
    model,
    metrics: Object.entries(results).flatMap(([task, fields]) => metricsOf(task, fields)),
    items: Object.fromEntries(Object.entries(counts).map(([task, { effective = 0 }]) => [task, effective])),
    text,
  };
}

function metricsOf(task: string, fields: Record<string, unknown>): LmmsEvalMetric[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const [metric = '', filter = 'none'] = key.split(',');
    if (typeof value !== 'number' || metric.endsWith('_stderr') || !key.includes(',')) return [];
    const error = fields[`${metric}_stderr,${filter}`];
    return [{ task, metric, filter, value, standardError: typeof error === 'number' ? error : null }];
  });
}

/** Our summaries as a results file: a task for each benchmark, and one for each of its columns. */
export function printLmmsEvalResults(model: string, summaries: readonly BenchmarkSummary[]): string {
  const tasks = summaries.flatMap(({ benchmark, items, average, columns }) => [
    { task: benchmark, items, score: average.strict.weighted.score, macroF1: average.strict.weighted.macroF1 },
    ...columns.map((column) => ({
      task: `${benchmark}/${column.name}`,
      items: column.items,
      score: column.strict.score,
      macroF1: column.strict.macroF1?.value ?? null,
    })),
  ]);
  const perTask = <T>(of: (task: (typeof tasks)[number]) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((task) => [task.task, of(task)]));
  const results = {
    results: perTask(({ task, score, macroF1 }) => ({
      alias: task,
      'accuracy,none': score.value,
      // The tool shows a standard error; ours is an interval, whose half width over 1.96 stands in for it.
      'accuracy_stderr,none': (score.high - score.low) / (2 * 1.959963984540054),
      ...(macroF1 === null ? {} : { 'macro_f1,none': macroF1 }),
    })),
    group_subtasks: Object.fromEntries(
      summaries.map(({ benchmark, columns }) => [benchmark, columns.map(({ name }) => `${benchmark}/${name}`)]),
    ),
    configs: {},
    versions: perTask(() => 'N/A'),
    'n-shot': perTask(() => 0),
    higher_is_better: perTask(() => ({ accuracy: true, macro_f1: true })),
    'n-samples': perTask(({ items }) => ({ original: items, effective: items })),
    config: { model: 'dermflow', model_args: `pretrained=${model}` },
    model_source: 'dermflow',
    model_name: model,
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}
