/** The findings of a run in plain words: each sentence carries its numbers, and says what they do not show. */

import type { Interval } from '../../../evaluation/intervals.ts';
import { controlOf } from '../../../evaluation/model-under-test.ts';
import type { TaskSummary } from '../../../evaluation/summary.ts';
import type { DistractorSource } from '../../../questions/distractors.ts';
import { groupUnits, percent, percentRange, points, pointsRange, pValue, taskTitles } from '../../../report/words.ts';
import { modeWords } from '../../../report/words-distractors.ts';
import type { StageRow } from '../../../stages/index.ts';
import { grouped } from '../../../words.ts';
import { ofStage, rivalsOf, stageOf, stepBefore, stepsOf, taskOf } from './models.ts';
import type { Comparison, EvaluatedModel, TaskBaseline } from './report.ts';
import { withoutImages } from './words-text-only.ts';

export interface ReportFindings {
  models: readonly EvaluatedModel[];
  final: EvaluatedModel;
  baselines: readonly TaskBaseline[];
  comparisons: readonly Comparison[];
  generated: boolean;
  /** How wrong options were drawn. */
  distractors?: DistractorSource;
}

/** One sentence or two a finding, in the order of importance. */
export function summariseReport(findings: ReportFindings): string[] {
  const { baselines, generated, distractors } = findings;
  const mode = distractors ? modeWords(distractors) : null;
  const label =
    'The images are drawings made by a program. The figures show that the method works from end to end; they say nothing about skin or patients.';
  return [
    ...baselines.flatMap((baseline) => taskSentences(findings, baseline)),
    ...(mode === null ? [] : [mode]),
    ...(generated ? [label] : []),
  ];
}

function taskSentences(findings: ReportFindings, baseline: TaskBaseline): string[] {
  const { models, final, comparisons } = findings;
  const { task, items, groups, chance, majority } = baseline;
  const score = taskOf(final, task);
  if (!score) return [];
  const guess =
    task === 'lesion-condition'
      ? `always answering "${majority.label}" would give ${percent(majority.accuracy)}`
      : `guessing would give ${percent(chance)}`;
  const asked = `${taskTitles[task]}, ${grouped(items)} held-out questions from ${grouped(groups)} ${groupUnits}`;
  const sentences = [
    `${asked}: the final model (${final.title}) is right on ${withInterval(score)}; ${guess}.`,
    ...withoutImages(baseline, models, final),
  ];

  const before = [...ofStage(models, 'base'), ...stepsOf(models)].filter((model) => model !== final);
  const compared = [...before, ...rivalsOf(models, final)].flatMap((model) => {
    const own = taskOf(model, task);
    return own ? [`${model.title} ${withInterval(own)}`] : [];
  });
  if (compared.length > 0) sentences.push(`For comparison, on the same questions: ${compared.join('; ')}.`);

  const start = stepBefore(models, final)?.label;
  const gain = comparisons.find((c) => c.task === task && c.first === start && c.second === final.label);
  const stage = stageOf(final);
  if (gain && stage) sentences.push(gainSentence(stage, gain));
  const control = controlOf(models, final);
  const grey = taskOf(control, task);
  if (grey) {
    const loss = comparisons.find((c) => c.task === task && c.first === control?.label && c.second === final.label);
    sentences.push(controlSentence(grey, task === 'lesion-condition' ? majority.accuracy : chance, loss));
  }
  const others = before.flatMap((model) => {
    const own = taskOf(controlOf(models, model), task);
    return own ? [`${model.title} ${withInterval(own)}`] : [];
  });
  if (others.length > 0) sentences.push(`The others with a grey image: ${others.join('; ')}.`);
  return sentences;
}

const withInterval = (score: TaskSummary): string =>
  `${percent(score.accuracy)} (95 % interval ${percentRange(score)})`;

function gainSentence({ logTitle }: StageRow, gain: Comparison): string {
  const numbers = `${points(gain.difference)} points (95 % interval ${pointsRange(gain)}; McNemar's exact test ${pValue(gain.p)})`;
  return `${logTitle} changes accuracy on the same questions by ${numbers}: ${verdict(gain)}.`;
}

function verdict({ low, high }: Interval): string {
  if (low > 0) return 'a gain';
  if (high < 0) return 'a loss';
  return 'no difference that this number of questions can show';
}

/** @param loss from the grey image to the real one */
function controlSentence(grey: TaskSummary, guess: number, loss: Interval | undefined): string {
  const start = `With a grey image in place of the picture the final model is right on ${withInterval(grey)}`;
  if (grey.low > guess) return `${start}: more than guessing, so part of its answers do not rest on the image.`;
  if (loss && loss.low > 0)
    return `${start}: not shown to be more than guessing, so what it gains over guessing it reads off the image.`;
  return `${start}: not shown to be less than with the picture, so there is no sign that it looks at the image.`;
}
