/** Which milestone of GRPO is kept by its validation, and when training ends before its plan. */
import { z } from 'zod';
import type { RecipeParts } from '../recipe/parts.ts';
import { stageNames } from '../stages/index.ts';

/** The mean reward of greedy answers to the validation questions, by its name in the log of a stage. */
const validationReward = 'validation_reward';

/** A stretch of GRPO as its activity returns it. */
interface RewardedStretch {
  checkpoint: { step: number };
  last: Readonly<Record<string, number | null>>;
}

const milestoneSchema = z.strictObject({ step: z.int(), reward: z.number() });
type Milestone = z.infer<typeof milestoneSchema>;

/** What was chosen among the milestones of a stage, and of what. */
export const milestoneChoiceSchema = z.strictObject({
  stage: z.enum(stageNames),
  step: z.int(),
  milestones: z.array(milestoneSchema).min(1),
  /** Whether training ended here because milestones brought nothing better; else it went on to its plan's last one. */
  stoppedEarly: z.boolean(),
});
export type MilestoneChoice = z.infer<typeof milestoneChoiceSchema>;

const measured = (stretches: readonly RewardedStretch[]): Milestone[] =>
  stretches.flatMap(({ checkpoint, last }) => {
    const reward = last[validationReward];
    return typeof reward === 'number' ? [{ step: checkpoint.step, reward }] : [];
  });

/** Of equal ones the earlier: it is nearer to its reference. */
const best = (milestones: readonly Milestone[]): Milestone | undefined =>
  milestones.reduce<Milestone | undefined>(
    (found, one) => (found && found.reward >= one.reward ? found : one),
    undefined,
  );

/** Whether the last `patience` milestones all earned no more than the best one before them. */
export function endsEarly(stretches: readonly RewardedStretch[], patience: number | null): boolean {
  const milestones = measured(stretches);
  const first = best(milestones);
  if (patience === null || !first) return false;
  return milestones.filter(({ step }) => step > first.step).length >= patience;
}

/** Null where nothing was validated: then the last milestone stands. @param planned milestones of the recipe */
export function chooseMilestone(
  stage: MilestoneChoice['stage'],
  stretches: readonly RewardedStretch[],
  planned: readonly number[],
): MilestoneChoice | null {
  const milestones = measured(stretches);
  const chosen = best(milestones);
  if (!chosen) return null;
  return { stage, step: chosen.step, milestones, stoppedEarly: stretches.length < planned.length };
}

/** One sentence for report and model card. @param groupBy what no two splits share */
export function choiceWords(
  { step, milestones, stoppedEarly }: MilestoneChoice,
  groupBy: RecipeParts['data']['groupBy'],
): string {
  const apart = groupBy === 'patient' ? 'patients' : 'pictures';
  const curve = milestones.map((one) => `${one.step}: ${one.reward.toFixed(3)}`).join(', ');
  const end = stoppedEarly
    ? `; training ended at step ${milestones.at(-1)?.step}, since later milestones brought nothing better`
    : '';
  return `Step ${step} is kept: of the milestones its greedy answers to the validation questions, of ${apart} that neither training nor test has, earned most (mean reward by step ${curve})${end}.`;
}
