/**
 * The runs that the paper's ablations need of a recipe. The recipe's own run holds the base, SFT, RL without SFT and every
 * milestone of GRPO; beside it stands GRPO by the flat reward. The two share everything up to SFT by the keys of their
 * artifacts, so that it is computed once.
 */
import { userMistake } from '../../../failures.ts';
import { type QuestionTask, questionTasks } from '../../../questions/question.ts';
import type { SkinR1Recipe } from '../../../recipe/methods/skin-r1.ts';

export const rewardVariants = ['own', 'flat'] as const;
/** `own`: the recipe's; `flat`: nothing for a coarser label on the right path. */
export type RewardVariant = (typeof rewardVariants)[number];

export interface VariantRun {
  reward: RewardVariant;
  recipe: SkinR1Recipe;
}

/** Fig. 3's tests: the truth among its neighbours in the DDx graph, and among its own ancestors. */
const targeted: readonly QuestionTask[] = ['ddx', 'hierarchical'];

const flatSuffix = '-flat-reward';
/** Of a recipe's name. */
const longestName = 40;

/** Throws a user's mistake for a recipe that leaves out what its ablations are about. */
export function ablationRuns(recipe: SkinR1Recipe): readonly [own: VariantRun, flat: VariantRun] {
  const { name, sft, grpo, rewards, evaluation } = recipe;
  const mistake = (field: string, words: string): Error =>
    userMistake(`${name}: ${field} ${words}; name the whole method's recipe, e.g. skin-r1`);
  if (sft.epochs === 0) throw mistake('sft.epochs', 'is 0: there is no SFT to leave out');
  if (grpo.milestones.length === 0) throw mistake('grpo.milestones', 'is empty: there is no GRPO after SFT');
  if (rewards.granularity === 'flat') throw mistake('rewards.granularity', 'is flat already');
  const tasks = questionTasks.filter((task) => targeted.includes(task) || evaluation.tasks.includes(task));
  const rlOnlyMilestones = grpo.rlOnlyMilestones.length > 0 ? grpo.rlOnlyMilestones : grpo.milestones;
  const whole = { ...recipe, evaluation: { ...evaluation, tasks } };
  return [
    { reward: 'own', recipe: { ...whole, grpo: { ...grpo, rlOnlyMilestones } } },
    {
      reward: 'flat',
      recipe: {
        ...{ ...whole, name: `${name.slice(0, longestName - flatSuffix.length)}${flatSuffix}` },
        ...{ grpo: { ...grpo, rlOnlyMilestones: [] }, rewards: { ...rewards, granularity: 'flat' } },
      },
    },
  ];
}
