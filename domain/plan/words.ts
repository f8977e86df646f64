/** A plan as a person reads it: one line per fact; estimates are called so. */

import type { SkinR1Recipe } from '../recipe/methods/skin-r1.ts';
import { trlWords } from '../recipe/trl/check.ts';
import { grouped } from '../words.ts';
import type { Batches } from './batches.ts';
import type { MemoryEstimate } from './memory.ts';
import type { LlmCost, RunPlan } from './plan.ts';

export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 3 : 1)} GiB`;
export const millions = (value: number): string => `${(value / 1e6).toFixed(1)} M`;

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

/** @param bound before a number that is known */
export const answerWords = (answers: number | null, bound: string): string =>
  answers === null ? 'an unknown number (give --test COUNT, or --data DIR) of' : `${bound}${grouped(answers)}`;

const conceptLine = (concepts: NonNullable<RunPlan['concepts']>): string =>
  concepts.rows === 0
    ? 'unknown: give --data DIR'
    : `${batchLine(concepts, 'pictures')}; ${concepts.epochs} epochs, ${grouped(concepts.steps)} steps; ${costLine(concepts)}`;

export function costLine({ llmCalls, inputTokens, outputTokens, price }: LlmCost, bound = 'at most'): string {
  if (llmCalls === 0) return 'no LLM calls';
  const tokens = `about ${grouped(inputTokens)} tokens in and ${grouped(outputTokens)} out`;
  const words = price === null ? 'price: give --price-input and --price-output' : `price about ${price.toFixed(2)}`;
  return `${bound} ${grouped(llmCalls)} LLM calls, ${tokens}; ${words}`;
}

const sftLine = (sft: Batches & { epochs: number; steps: number }): string =>
  `${batchLine(sft, 'rows')}; ${sft.epochs} epochs, ${grouped(sft.steps)} steps`;

/** The arithmetic, and what becomes of the rows that do not fill a step. */
export function batchLine({ rows, batch, stepsPerEpoch, remainder, lastBatch }: Batches, what: string): string {
  const steps = `${grouped(rows)} ${what} / ${batch} per step = ${grouped(stepsPerEpoch)} steps per epoch`;
  if (lastBatch === 'full') return `${steps}, all full`;
  if (lastBatch === 'partial') return `${steps}, the last one partial (${remainder} ${what})`;
  return `${steps}, the last ${remainder} ${what} dropped (with a partial last step: ${grouped(stepsPerEpoch + 1)})`;
}

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

export const memoryLine = (m: MemoryEstimate, what: string): string =>
  `estimated ${gibibytes(m.peak)} a device: base ${gibibytes(m.base)}, ${what} and optimizer ${gibibytes(m.adapter)}, ` +
  `activations ${gibibytes(m.activations)}${m.sampling > 0 ? ` or sampling ${gibibytes(m.sampling)}` : ''}`;
