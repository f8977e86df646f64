/** A plan as a person reads it: one line per fact; estimates are called so. */

import type { Batches } from '../../plan/batches.ts';
import { answerWords, batchLine, costLine, gibibytes, memoryLine, millions } from '../../plan/words.ts';
import type { SkinR1Recipe } from '../../recipe/methods/skin-r1.ts';
import { trlWords } from '../../recipe/trl/check.ts';
import { grouped } from '../../words.ts';
import type { RunPlan } from './plan.ts';

export function describePlan(recipe: SkinR1Recipe, plan: RunPlan): string {
  const lines: [name: string, fact: string][] = [
    ['recipe', `${recipe.name} on ${recipe.model.base}, ${recipe.model.precision}`],
    ['trajectories', trajectoryLine(plan)],
    ...(plan.concepts ? [['concepts', conceptLine(plan.concepts)] as [string, string]] : []),
    ['sft', plan.sft === null ? 'left out' : plan.sft === 'unknown' ? unknownTextbook : sftLine(plan.sft)],
    ['prompts', batchLine(plan.prompts, 'prompts')],
    ['grpo', plan.grpo ? grpoLine(recipe, plan.grpo) : 'left out'],
    [
      'rl-only',
      plan.rlOnly
        ? `to step ${grouped(plan.rlOnly.steps)} of ${grouped(recipe.grpo.steps)}, ${stops(plan.rlOnly.milestones)}`
        : 'left out',
    ],
    [
      'evaluation',
      `${plan.evaluations.models} models, ${answerWords(plan.evaluations.answers, answersOf(recipe))} answers`,
    ],
    ...trlLines(recipe),
    ...sizeLines(recipe, plan),
  ];
  return lines.map(([name, fact]) => `${name.padEnd(13)} ${fact}`).join('\n');
}

/** What is passed on to TRL as it is. */
const trlLines = ({ sft, grpo }: SkinR1Recipe): [string, string][] =>
  [['trl, sft', trlWords(sft.trl)] as [string, string], ['trl, grpo', trlWords(grpo.trl)] as [string, string]].filter(
    ([, words]) => words !== '',
  );

/** Matched options are asked of cases that find partners. */
const answersOf = ({ questions }: SkinR1Recipe): string => (questions.distractors === 'matched' ? 'at most ' : '');

const unknownTextbook = 'unknown: give --textbook COUNT, or --data DIR';

const trajectoryLine = ({ trajectories }: RunPlan): string =>
  trajectories ? `at most ${grouped(trajectories.atMost)}; ${costLine(trajectories)}` : unknownTextbook;

const conceptLine = (concepts: NonNullable<RunPlan['concepts']>): string =>
  concepts.rows === 0
    ? 'unknown: give --data DIR'
    : `${batchLine(concepts, 'pictures')}; ${concepts.epochs} epochs, ${grouped(concepts.steps)} steps; ${costLine(concepts)}`;

const sftLine = (sft: Batches & { epochs: number; steps: number }): string =>
  `${batchLine(sft, 'rows')}; ${sft.epochs} epochs, ${grouped(sft.steps)} steps`;

const grpoLine = ({ grpo }: SkinR1Recipe, plan: NonNullable<RunPlan['grpo']>): string =>
  `to step ${grouped(plan.steps)} of a schedule of ${grouped(grpo.steps)} = ${plan.epochs.toFixed(3)} epochs, ` +
  `${grpo.promptsPerStep} × ${grpo.generations} = ${grpo.promptsPerStep * grpo.generations} completions per step, ` +
  `${grouped(plan.completions)} in all, ${stops(plan.milestones)}; KL β ${grpo.beta}, its gradient ${grpo.klGradient}`;

const stops = (milestones: readonly number[]): string => `milestones ${milestones.join(', ')}`;

function sizeLines({ lora }: SkinR1Recipe, plan: RunPlan): [string, string][] {
  const { parameters, memory, storage } = plan;
  if (!parameters || !memory || !storage)
    return [['sizes', "unknown: the base model's config.json is not on this machine, or of another architecture"]];
  const what = lora === null ? 'trained weights' : 'adapter';
  const share = `${(100 * parameters.share).toFixed(2)} %`;
  return [
    ['parameters', `${millions(parameters.total)}, trainable ${grouped(parameters.trainable)} (${share})`],
    ['memory, sft', memoryLine(memory.sft, what)],
    ['memory, grpo', memoryLine(memory.grpo, what)],
    ['checkpoints', `${storage.checkpoints} kept, ${gibibytes(storage.checkpoint)} each${referenceWords(storage)}`],
    ['S3', `about ${gibibytes(storage.s3)} ${isCounted(plan) ? 'at most' : 'and the pictures that are not counted'}`],
    ['scratch disk', `about ${gibibytes(storage.scratch)} on the gpu worker`],
  ];
}

const isCounted = ({ trajectories, evaluations }: RunPlan): boolean =>
  trajectories !== null && evaluations.answers !== null;

const referenceWords = ({ reference }: NonNullable<RunPlan['storage']>): string =>
  reference === 0 ? '' : `, and one adapter of ${gibibytes(reference)} as GRPO's reference`;
