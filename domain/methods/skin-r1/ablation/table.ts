/** The ablations of a recipe as one table: every model on every task, over all seeds, beside the paper's row of it. */

import { type Estimate, overSeeds } from '../../../ablations/over-seeds.ts';
import type { LenientScore } from '../../../contracts/evaluation.ts';
import { controlOf, modelOf } from '../../../evaluation/model-under-test.ts';
import type { ReaderName } from '../../../evaluation/scored.ts';
import { averageColumn, type Measure } from '../../../published/published.ts';
import { type QuestionTask, questionTasks } from '../../../questions/question.ts';
import { taskOf } from '../report/models.ts';
import type { EvaluatedModel, Report } from '../report/report.ts';
import type { RewardVariant } from './variants.ts';

/** A finished run of an ablation. */
export interface AblatedRun {
  run: string;
  seed: number;
  reward: RewardVariant;
  report: Report;
}

export interface AblationRow {
  task: QuestionTask;
  measure: Measure;
  reward: RewardVariant;
  /** Id of the model in its run, e.g. `grpo-500`. */
  label: string;
  title: string;
  step: number | null;
  strict: Estimate;
  /** Null where a run's evaluations do not have it. */
  lenient: Estimate | null;
  /** Share of outputs that the strict reader could not read. */
  unread: number;
  /** The same measure on grey pictures, by the strict reader; null without that control. */
  grey: Estimate | null;
  seeds: { seed: number; run: string; strict: Estimate }[];
  /** The average that the paper prints, by which reader ours stands beside it, and ours less it; null without a row. */
  paper: { source: string; row: string; value: number; reader: ReaderName; difference: number } | null;
  /** Why the two are not the same measurement. */
  notComparable: string[];
}

/** By task in the order of `questionTasks`, models in the order of their report, the flat reward last. */
export function ablationRows(runs: readonly AblatedRun[]): AblationRow[] {
  const models = runs.flatMap((run) => modelsOf(run).map((model) => ({ run, model })));
  const byModel = [...Map.groupBy(models, ({ run, model }) => `${run.reward}/${model.label}`).values()].toSorted(
    ([a], [b]) => Number(a?.run.reward === 'flat') - Number(b?.run.reward === 'flat'),
  );
  return questionTasks.flatMap((task) =>
    byModel.flatMap((own) => {
      const measured = own.filter(({ model }) => taskOf(model, task));
      const measures: Measure[] = task === 'lesion-condition' ? ['accuracy', 'macroF1'] : ['accuracy'];
      return measured.length === 0 ? [] : measures.map((measure) => rowOf(task, measure, measured));
    }),
  );
}

/** Of the flat reward GRPO's own alone: its base and its SFT are those of the other run. */
const modelsOf = ({ reward, report }: AblatedRun): EvaluatedModel[] =>
  report.evaluations.filter(
    (model) => model.image === 'real' && (reward === 'own' || modelOf(model)?.stage === 'grpo'),
  );

interface EvaluatedRun {
  run: AblatedRun;
  model: EvaluatedModel;
}

function rowOf(task: QuestionTask, measure: Measure, evaluated: readonly EvaluatedRun[]): AblationRow {
  const [first] = evaluated;
  if (!first) throw new RangeError('a row without a model');
  const { run, model } = first;
  const of = (each: EvaluatedRun, shown: EvaluatedModel | undefined, reader: ReaderName): Estimate | null =>
    estimateOf(each.run.report, shown, task, measure, reader);
  const strict = evaluated.map((each) => of(each, each.model, 'strict'));
  const lenient = overSeeds(evaluated.map((each) => of(each, each.model, 'lenient')));
  const ours = overSeeds(strict) ?? { value: 0, low: null, high: null };
  const unread = evaluated.map((each) => taskOf(each.model, task)?.unparsed ?? 0);
  const published =
    run.reward === 'flat'
      ? undefined
      : run.report.sets
          .find((own) => own.task === task && own.label === model.label)
          ?.paper.find((row) => row.measure === measure && row.column === averageColumn);
  const reader = published?.reader ?? 'strict';
  const own = (reader === 'lenient' ? lenient : null) ?? ours;
  return {
    ...{ task, measure, reward: run.reward, label: model.label, step: model.step },
    title: run.reward === 'flat' ? model.title.replace(',', ', flat reward,') : model.title,
    ...{ strict: ours, lenient, unread: unread.reduce((sum, share) => sum + share, 0) / unread.length },
    grey: overSeeds(evaluated.map((each) => of(each, controlOf(each.run.report.evaluations, each.model), 'strict'))),
    seeds: evaluated.map((each, i) => ({
      ...{ seed: each.run.seed, run: each.run.run },
      strict: strict[i] ?? ours,
    })),
    paper: published
      ? {
          ...{ source: published.source, row: published.model, value: published.paper, reader },
          difference: own.value - published.paper,
        }
      : null,
    notComparable: published?.notComparable ?? [],
  };
}

/** Macro-F1 as the paper averages it, weighted over the sets; an interval of that is not known. */
function estimateOf(
  { sets }: Report,
  model: EvaluatedModel | undefined,
  task: QuestionTask,
  measure: Measure,
  reader: ReaderName,
): Estimate | null {
  const score = taskOf(model, task);
  if (!model || !score) return null;
  if (measure === 'accuracy') return accuracyOf(reader === 'strict' ? score : score.lenient);
  const average = sets.find((own) => own.task === task && own.label === model.label)?.average?.[reader];
  const value = average ? average.weighted.macroF1 : reader === 'strict' ? score.macroF1 : null;
  return value === null ? null : { value, low: null, high: null };
}

const accuracyOf = ({ accuracy, low, high }: LenientScore): Estimate => ({
  value: accuracy,
  low: low ?? null,
  high: high ?? null,
});
