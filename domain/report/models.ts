/** Which models a run evaluated, in the order and with the names in which a reader meets them. */
import type { EvaluationResult } from '../contracts.ts';
import type { EvaluationSummary, TaskSummary } from '../evaluation/summary.ts';
import type { QuestionTask } from '../questions/question.ts';
import type { EvaluatedModel } from './report.ts';

const ranks: Record<string, number> = { base: 0, sft: 2 };
const rank = (label: string): number => (isRlOnly(label) ? 1 : (ranks[label] ?? 3));

/** `rl-only-<step>`, or `rl-only` alone. */
const isRlOnly = (label: string): boolean => /^rl-only(?:-\d+)?$/.test(label);

export type LabelledSummary = EvaluationSummary & { label: string };

/** Base, RL without SFT by step, SFT, milestones by step, controls. */
export function orderModels(summaries: readonly LabelledSummary[]): EvaluatedModel[] {
  const control = (s: LabelledSummary): number => Number(s.image === 'grey');
  return summaries
    .toSorted(
      (a, b) =>
        control(a) - control(b) ||
        rank(a.label) - rank(b.label) ||
        (a.step ?? 0) - (b.step ?? 0) ||
        (a.label < b.label ? -1 : 1),
    )
    .map((summary) => ({ ...summary, title: titleOf(summary) }));
}

function titleOf({ label, step, image }: LabelledSummary): string {
  const own = ownTitle(label, step);
  return image === 'grey' ? `${own}, grey image` : own;
}

function ownTitle(label: string, step: number | null): string {
  if (label === 'base') return 'Base model';
  if (label === 'sft') return 'SFT';
  if (isRlOnly(label)) return `RL without SFT, step ${step}`;
  if (/^grpo-\d+(?:-no-image)?$/.test(label)) return `SFT + GRPO, step ${step}`;
  return label;
}

/** For narrow places: `Base`, `SFT`, `RL only 60`, `GRPO 60`, `Grey image`. */
export function shortTitle({ label, step, image }: Pick<EvaluatedModel, 'label' | 'step' | 'image'>): string {
  if (image === 'grey') return 'Grey image';
  if (label === 'base') return 'Base';
  if (label === 'sft') return 'SFT';
  if (isRlOnly(label)) return `RL only ${step}`;
  return /^grpo-\d+$/.test(label) ? `GRPO ${step}` : label;
}

/** The last milestone, else the last model with real images. Throws a RangeError where nothing was evaluated. */
export function finalModel(models: readonly EvaluatedModel[]): EvaluatedModel {
  const final = models.findLast(({ image }) => image === 'real');
  if (!final) throw new RangeError('no model was evaluated with its images');
  return final;
}

/** RL without SFT at the final model's step, else at its last one; undefined where there was none. */
export function rlOnlyOf(models: readonly EvaluatedModel[], final: EvaluatedModel): EvaluatedModel | undefined {
  const own = models.filter(({ label }) => isRlOnly(label));
  return own.find(({ step }) => step === final.step) ?? own.at(-1);
}

/** The final model on grey images, if that was asked for. */
export const controlOf = (models: readonly EvaluatedModel[], final: EvaluatedModel): EvaluatedModel | undefined =>
  models.find(({ image, step }) => image === 'grey' && step === final.step);

export const taskOf = (model: EvaluatedModel | undefined, task: QuestionTask): TaskSummary | undefined =>
  model?.tasks.find((own) => own.task === task);

/** The result of the milestone at a step, with real images. */
export const finalResult = (results: readonly EvaluationResult[], step: number): EvaluationResult | undefined =>
  results.find((result) => result.label === `grpo-${step}`);
