/** The models that a run evaluated, in the order and with the names in which a reader meets them. */

import {
  type ModelUnderTest,
  modelOf,
  modelOrder,
  modelShortTitle,
  modelTitle,
  onGrey,
  sameModel,
} from '../evaluation/model-under-test.ts';
import type { EvaluationSummary, TaskSummary } from '../evaluation/summary.ts';
import type { QuestionTask } from '../questions/question.ts';
import type { MilestoneChoice } from '../rewards/milestones.ts';
import { rewardedStages, type Stage } from '../stages/index.ts';
import type { EvaluatedModel } from './report.ts';

export type LabelledSummary = EvaluationSummary & { label: string };

/** In the order of `modelOrder`; what has a label that no stage gives stands under it, before the grey controls. */
export function orderModels(summaries: readonly LabelledSummary[]): EvaluatedModel[] {
  const read = summaries.map((summary) => ({ summary, model: modelOf(summary) }));
  const sorted = read.toSorted(
    (a, b) =>
      Number(a.summary.image === 'grey') - Number(b.summary.image === 'grey') ||
      Number(a.model === null) - Number(b.model === null) ||
      (a.model && b.model ? modelOrder(a.model, b.model) : 0) ||
      (a.summary.label < b.summary.label ? -1 : 1),
  );
  return sorted.map(({ summary, model }) => ({ ...summary, title: model ? modelTitle(model) : summary.label }));
}

/** For narrow places; the label where no stage gives it. */
export function shortTitle(evaluated: Pick<EvaluatedModel, 'label' | 'step'>): string {
  const model = modelOf(evaluated);
  return model ? modelShortTitle(model) : evaluated.label;
}

/**
 * The milestone that a validation chose, else the last one, else the last model with real images. Throws a RangeError where
 * nothing was evaluated.
 */
export function finalModel(models: readonly EvaluatedModel[], chosen: readonly MilestoneChoice[] = []): EvaluatedModel {
  const final = models.findLast(({ image }) => image === 'real');
  if (!final) throw new RangeError('no model was evaluated with its images');
  const stage = modelOf(final)?.stage;
  const choice = chosen.find((one) => one.stage === stage);
  if (!choice || stage === undefined) return final;
  return ofStage(models, stage).find(({ step }) => step === choice.step) ?? final;
}

/** Models of a stage with real images, in the order of their steps. */
export const ofStage = (models: readonly EvaluatedModel[], stage: Stage | 'base'): EvaluatedModel[] =>
  models.filter((own) => own.image === 'real' && modelOf(own)?.stage === stage);

/** What the other stages of rewards made, e.g. RL without SFT: each at the final model's step, else its last model. */
export function rivalsOf(models: readonly EvaluatedModel[], final: EvaluatedModel): EvaluatedModel[] {
  const others = rewardedStages.filter((stage) => stage !== modelOf(final)?.stage);
  return others.flatMap((stage) => {
    const own = ofStage(models, stage);
    return own.find(({ step }) => step === final.step) ?? own.at(-1) ?? [];
  });
}

/** What tells a result's model. */
type Labelled = Pick<EvaluatedModel, 'label' | 'step'>;

/** The same model on grey images, if that was asked for. */
export function controlOf<T extends Labelled>(models: readonly T[], shown: Labelled): T | undefined {
  const model = modelOf(shown);
  return model ? findModel(models, onGrey(model)) : undefined;
}

export const taskOf = (model: EvaluatedModel | undefined, task: QuestionTask): TaskSummary | undefined =>
  model?.tasks.find((own) => own.task === task);

/** The result of this model, by the value that its label stands for. */
export const findModel = <T extends Labelled>(results: readonly T[], wanted: ModelUnderTest): T | undefined =>
  results.find((result) => {
    const model = modelOf(result);
    return model !== null && sameModel(model, wanted);
  });
