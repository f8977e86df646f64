/** A plan of SkinGPT-R1 as a person reads it: one line per fact; estimates are called so. */

import type { StagePlan } from '../../plan/stages.ts';
import { answerWords, batchLine, costLine, gibibytes, memoryLine, millions } from '../../plan/words.ts';
import type { SkinGptR1Recipe } from '../../recipe/methods/skingpt-r1.ts';
import { stages } from '../../stages/index.ts';
import { grouped } from '../../words.ts';
import type { SkinGptR1Plan } from './plan.ts';

type Line = [name: string, fact: string];

export function describeSkinGptR1Plan(recipe: SkinGptR1Recipe, plan: SkinGptR1Plan): string {
  const { narratives, judge, rows, teacher, evaluations } = plan;
  const lines: Line[] = [
    ['recipe', `${recipe.name} on ${recipe.model.base}, ${recipe.model.precision}`],
    [
      'narratives',
      `${grouped(narratives.cases)} cases, ${grouped(narratives.written)} narratives, at most ${grouped(narratives.kept)} kept; ${costLine(narratives, 'about')}; equal requests are paid once, what is of no use is asked again`,
    ],
    ['reviews', reviewLine(recipe, plan.reviews)],
    ...(judge
      ? [
          [
            'judge',
            `${recipe.judge?.model}: ${grouped(judge.narratives)} narratives, ${grouped(judge.answers)} answers of models, ${grouped(judge.anchors)} anchors; ${costLine(judge, 'about')}`,
          ] satisfies Line,
        ]
      : []),
    ['rows', `at most ${grouped(rows.train)} to train on, ${grouped(rows.validation)} to validate`],
    [
      'teacher',
      teacher ? `encodes at most ${grouped(teacher.pictures)} pictures, once for all runs of the store` : 'none',
    ],
    ...plan.stages.flatMap(stageLines),
    [
      'evaluation',
      `${evaluations.models} models, ${answerWords(evaluations.answers, 'about ')} answers on classification sets, ${grouped(evaluations.narratives)} narratives on DermBench's part`,
    ],
    ...sizeLines(plan),
  ];
  return lines.map(([name, fact]) => `${name.padEnd(13)} ${fact}`).join('\n');
}

function reviewLine(
  { certified }: SkinGptR1Recipe,
  { cases, judgements, scripted, train, bench }: SkinGptR1Plan['reviews'],
) {
  if (cases === 0) return 'none';
  const who = scripted ? 'by a program (script) instead of people' : 'by people, for whom the run waits';
  return `${grouped(cases)} cases, ${certified.reviewers} reviewers each = ${grouped(judgements)} judgements ${who}, and the disagreements; ${grouped(train)} to train on, ${grouped(bench)} for DermBench's part`;
}

function stageLines(stage: StagePlan): Line[] {
  const { shortTitle } = stages[stage.stage];
  const { epochs, steps, sampled, checkpoints, sizes } = stage;
  const length =
    epochs === null
      ? `to step ${grouped(steps)}, ${grouped(sampled)} texts sampled`
      : `${batchLine(stage, 'rows')}; ${epochs} epochs, ${grouped(steps)} steps`;
  const stored = `${grouped(checkpoints.uploaded)} checkpoints uploaded, ${checkpoints.kept} kept`;
  return [
    [stage.stage, `${length}; ${stored}${sizes ? ` of ${gibibytes(sizes.checkpoint)}` : ''}`],
    ...(sizes
      ? [
          [
            '',
            `${shortTitle}: ${grouped(sizes.trainable)} parameters trained; ${memoryLine(sizes.memory, 'adapter')}`,
          ] satisfies Line,
        ]
      : []),
  ];
}

function sizeLines({ parameters, storage, evaluations }: SkinGptR1Plan): Line[] {
  if (!parameters || !storage)
    return [['sizes', "unknown: the base model's config.json is not on this machine, or of another architecture"]];
  const share = `${(100 * parameters.share).toFixed(3)} %`;
  return [
    ['parameters', `${millions(parameters.total)}, trainable ${grouped(parameters.trainable)} (${share})`],
    [
      'S3',
      `about ${gibibytes(storage.s3)} at most, without the teacher's features${evaluations.answers === null ? ' and the pictures that are not counted' : ''}`,
    ],
    ['scratch disk', `about ${gibibytes(storage.scratch)} on the gpu worker`],
  ];
}
