/** `<date>_results.json` of lmms-eval: scores of each task, without items. So it is written, and never read. */
import type { BenchmarkSummary } from '../summaries/summary.ts';
import type { LmmsEvalMetric } from './lmms-eval.ts';

/** How its name ends; other tables end in `.json` too. */
export const lmmsEvalResultsEnding = '_results.json';

/** Our summary as a results file: a task for the benchmark, and one for each of its columns. */
export function printLmmsEvalResults(
  model: string,
  { benchmark, items, average, columns }: BenchmarkSummary,
  metric: LmmsEvalMetric,
): string {
  const tasks = [
    { task: benchmark, items, score: average.strict.weighted.score, macroF1: average.strict.weighted.macroF1 },
    ...columns.map((column) => ({
      task: `${benchmark}/${column.name}`,
      items: column.items,
      score: column.strict.score,
      macroF1: column.strict.macroF1?.value ?? null,
    })),
  ];
  const perTask = <T>(of: (task: (typeof tasks)[number]) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((task) => [task.task, of(task)]));
  const results = {
    results: perTask(({ task, score, macroF1 }) => ({
      alias: task,
      [`${metric},none`]: score.value,
      // The tool shows a standard error; ours is an interval, whose half width over 1.96 stands in for it.
      [`${metric}_stderr,none`]: (score.high - score.low) / (2 * 1.959963984540054),
      ...(macroF1 === null ? {} : { 'macro_f1,none': macroF1 }),
    })),
    group_subtasks: { [benchmark]: columns.map(({ name }) => `${benchmark}/${name}`) },
    configs: {},
    versions: perTask(() => 'N/A'),
    'n-shot': perTask(() => 0),
    higher_is_better: perTask(() => ({ [metric]: true, macro_f1: true })),
    'n-samples': perTask(({ items }) => ({ original: items, effective: items })),
    config: { model: 'dermflow', model_args: `pretrained=${model}` },
    model_source: 'dermflow',
    model_name: model,
  };
  return `${JSON.stringify(results, null, 2)}\n`;
}
