/** The models that a run evaluated, in the order and with the names in which a reader meets them. */

import { modelOf, modelOrder, modelShortTitle, modelTitle } from '../../../evaluation/model-under-test.ts';
import type { EvaluationSummary, TaskSummary } from '../../../evaluation/summary.ts';
import type { QuestionTask } from '../../../questions/question.ts';
import type { MilestoneChoice } from '../../../rewards/milestones.ts';
import { rewardedStages, type Stage, type StageRow, stageNames, stages } from '../../../stages/index.ts';
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
 * Of the stage that the run exports: the milestone that a validation chose, else the last one. Where that stage has none,
 * the last model with real images. Throws a RangeError where nothing was evaluated.
 */
export function finalModel(
  models: readonly EvaluatedModel[],
  exported: Stage | undefined,
  chosen: readonly MilestoneChoice[] = [],
): EvaluatedModel {
  const own = exported === undefined ? [] : ofStage(models, exported);
  const final = own.at(-1) ?? models.findLast(({ image }) => image === 'real');
  if (!final) throw new RangeError('no model was evaluated with its images');
  const stage = modelOf(final)?.stage;
  const choice = chosen.find((one) => one.stage === stage);
  if (!choice || stage === undefined) return final;
  return ofStage(models, stage).find(({ step }) => step === choice.step) ?? final;
}

/** Models of a stage with real images, in the order of their steps. */
export const ofStage = (models: readonly EvaluatedModel[], stage: Stage | 'base'): EvaluatedModel[] =>
  models.filter((own) => own.image === 'real' && modelOf(own)?.stage === stage);

/** The stage that made a model; null for the base model, and for a label that no stage gives. */
export function stageOf(model: EvaluatedModel): StageRow | null {
  const stage = modelOf(model)?.stage;
  return stage === undefined || stage === 'base' ? null : stages[stage];
}

/** What a run makes on its way: the last model of each stage without rewards, e.g. SFT, in the order of training. */
export const stepsOf = (models: readonly EvaluatedModel[]): EvaluatedModel[] =>
  stageNames.filter((stage) => !rewardedStages.includes(stage)).flatMap((stage) => ofStage(models, stage).at(-1) ?? []);

/** The last of them before the final model. */
export const stepBefore = (models: readonly EvaluatedModel[], final: EvaluatedModel): EvaluatedModel | undefined =>
  stepsOf(models).findLast((own) => own.label !== final.label);

/** What the other stages of rewards made, e.g. RL without SFT: each at the final model's step, else its last model. */
export function rivalsOf(models: readonly EvaluatedModel[], final: EvaluatedModel): EvaluatedModel[] {
  const others = rewardedStages.filter((stage) => stage !== modelOf(final)?.stage);
  return others.flatMap((stage) => {
    const own = ofStage(models, stage);
    return own.find(({ step }) => step === final.step) ?? own.at(-1) ?? [];
  });
}

export const taskOf = (model: EvaluatedModel | undefined, task: QuestionTask): TaskSummary | undefined =>
  model?.tasks.find((own) => own.task === task);
