/**
 * The stages of training: what has a plan of steps, checkpoints, a log of its own and models to evaluate. Each is a row,
 * those of a method in one file; what others ask of a stage (memory, titles, curves, nights, the paper's row) stands in
 * its row, and what a row lacks does not compile.
 */

import type { ResumableJob } from '../trainer.ts';
import { skinR1Stages } from './skin-r1.ts';
import { skinGptR1Stages } from './skingpt-r1.ts';
import type { ChosenWeights, Rollouts, StageRow, Trains } from './stage-row.ts';

export type { StageRow, StageSettings, StepSize, TrainedWeights, Trains } from './stage-row.ts';

/** In the order in which they are trained. */
export const stages = { ...skinR1Stages, ...skinGptR1Stages } as const satisfies Record<string, StageRow>;

export type Stage = keyof typeof stages;

export const stageNames = Object.keys(stages) as Stage[]; // of a literal: its keys and no others

/** The stages that a job of the trainer does. */
export type StageBy<J extends ResumableJob> = { [S in Stage]: (typeof stages)[S]['job'] extends J ? S : never }[Stage];

const rowOf = (stage: Stage): StageRow => stages[stage];

/** What a stage of a recipe asks of the trainer and of the machine. */
export interface TrainedStage {
  job: ResumableJob;
  weights: ChosenWeights;
  rollouts: Rollouts | null;
  gradientCheckpointing: boolean;
}

/** @param own stages of the recipe's method, of which those are left that the recipe trains */
export const trainedStages = (own: readonly Stage[], recipe: Trains): TrainedStage[] =>
  own
    .map(rowOf)
    .filter((row) => row.ends(recipe).length > 0)
    .map((row) => ({
      ...{ job: row.job, weights: row.trains(recipe), rollouts: row.rollouts(recipe) },
      gradientCheckpointing: row.memory(recipe).settings.gradientCheckpointing,
    }));

/** Those that learn from the rewards of their own answers, held to a reference. */
export const rewardedStages: readonly Stage[] = stageNames.filter((stage) => rowOf(stage).reference !== null);

type LogField = (typeof stages)[Stage]['logField'];

/** Fields that every `report.json` has had, also where they are empty; any other is there where something was logged. */
const alwaysThere = ['concepts', 'sft', 'grpo', 'rlOnly'] as const satisfies LogField[];
type AlwaysThere = (typeof alwaysThere)[number];
type Sometimes = Exclude<LogField, AlwaysThere>;

const isAlwaysThere = (field: LogField): boolean => alwaysThere.some((always) => always === field);

/** Of each field the one value or the other, in the order of the stages. */
export const logFields = <A, S>(always: A, sometimes: S) =>
  Object.fromEntries(
    stageNames.map((stage) => {
      const { logField } = stages[stage];
      return [logField, isAlwaysThere(logField) ? always : sometimes];
    }),
  ) as Record<AlwaysThere, A> & Record<Sometimes, S>; // a field of each stage

/** The lines of each stage, by its field in `report.json`. */
export const byLogField = <T extends readonly unknown[]>(of: (stage: Stage) => T) =>
  Object.fromEntries(
    stageNames
      .map((stage) => [stages[stage].logField, of(stage)] as const)
      .filter(([field, lines]) => lines.length > 0 || isAlwaysThere(field)),
  ) as Record<AlwaysThere, T> & { [field in Sometimes]?: T }; // what is always there is kept
