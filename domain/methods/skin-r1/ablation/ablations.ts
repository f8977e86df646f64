/** `ablations.json`: the table, whether the paper's claims hold, and the curves. Pages and texts are drawn from this alone. */

import { benchmarkOfTask } from '../../../evaluation/asked.ts';
import { baseModel, modelId } from '../../../evaluation/model-under-test.ts';
import type { ScoredItem } from '../../../evaluation/scored.ts';
import type { ComparedModel } from '../../../published/headlines.ts';
import { type CheckedRelation, checkRelations } from '../../../published/relations.ts';
import type { QuestionTask } from '../../../questions/question.ts';
import type { MetricsLine } from '../../../report/training-log.ts';
import { rewardedStages, type Stage, stages } from '../../../stages/index.ts';
import { skinR1Outline } from '../outline.ts';
import { type AblatedRun, type AblationRow, ablationRows } from './table.ts';
import type { RewardVariant } from './variants.ts';

export interface Ablations {
  schema: 1;
  recipe: string;
  runs: { run: string; seed: number; reward: RewardVariant }[];
  rows: AblationRow[];
  /** Of each seed, on the items that both models were asked; RL without SFT, GRPO and the flat reward at this step. */
  claims: { seed: number; step: number | null; claims: CheckedRelation[] }[];
  /** The reward by step of GRPO, the mean over the seeds. */
  rewards: { name: string; lines: MetricsLine[] }[];
}

/** Name of the curve that the flat reward gives. */
export const flatReward = 'flat reward';

/** A model's answers to a task; null where it was not asked. */
export type ItemsOf = (run: AblatedRun, label: string, task: QuestionTask) => Promise<readonly ScoredItem[] | null>;

/** Those that the paper's claims are about. */
const claimedTasks: readonly QuestionTask[] = ['diagnosis', 'lesion-condition'];

export async function buildAblations(
  recipe: string,
  runs: readonly AblatedRun[],
  itemsOf: ItemsOf,
): Promise<Ablations> {
  const seeds = [...Map.groupBy(runs, ({ seed }) => seed).values()];
  const claims: Ablations['claims'] = [];
  for (const own of seeds) claims.push(await claimsOf(own, itemsOf));
  return {
    ...{ schema: 1, recipe, rows: ablationRows(runs), claims, rewards: rewardsOf(runs) },
    runs: runs.map(({ run, seed, reward }) => ({ run, seed, reward })),
  };
}

async function claimsOf(runs: readonly AblatedRun[], itemsOf: ItemsOf): Promise<Ablations['claims'][number]> {
  const [own, flat] = (['own', 'flat'] as const).map((reward) => runs.find((run) => run.reward === reward));
  const step = commonStep(own);
  const idOf = (stage: Stage): string => modelId({ stage, step, image: 'real' });
  const labels: Record<ComparedModel, [AblatedRun | undefined, string]> = {
    base: [own, modelId(baseModel)],
    sft: [own, idOf('sft')],
    'rl-only': [own, idOf('rl-only')],
    grpo: [own, idOf('grpo')],
    'flat-reward': [flat, idOf('grpo')],
  };
  const items = new Map<string, readonly ScoredItem[] | null>();
  for (const task of claimedTasks)
    for (const [stage, [run, label]] of Object.entries(labels))
      items.set(`${stage}/${benchmarkOfTask(task)}`, run ? await itemsOf(run, label, task) : null);
  const claims = checkRelations((stage, benchmark) => items.get(`${stage}/${benchmark}`) ?? null);
  return { seed: runs[0]?.seed ?? 0, step, claims };
}

/** The last step at which RL was evaluated with SFT and without it (A22); null where there is none. */
function commonStep(run: AblatedRun | undefined): number | null {
  if (!run) return null;
  const stepsOf = (stage: 'grpo' | 'rl-only'): readonly number[] => stages[stage].ends(run.report.recipe);
  return stepsOf('grpo').findLast((step) => stepsOf('rl-only').includes(step)) ?? null;
}

/** A curve of each stage of rewards, the flat reward's last. */
function rewardsOf(runs: readonly AblatedRun[]): Ablations['rewards'] {
  const rewarded = skinR1Outline.stages.filter((stage) => rewardedStages.includes(stage));
  const curves = [
    ...rewarded.map((stage) => ({ name: stages[stage].logTitle, reward: 'own', stage })),
    { name: flatReward, reward: 'flat', stage: 'grpo' as const },
  ];
  return curves.map(({ name, reward, stage }) => {
    const own = runs.filter((run) => run.reward === reward);
    const logged = own.flatMap(({ report }) => report.training[stages[stage].logField] ?? []);
    const bySteps = Map.groupBy(logged, ({ step }) => step);
    const lines = [...bySteps].flatMap(([step, own]) => {
      const values = own.flatMap(({ values: { reward: value } }) => (typeof value === 'number' ? [value] : []));
      const sum = values.reduce((total, value) => total + value, 0);
      return values.length === 0 ? [] : [{ step, values: { reward: sum / values.length } }];
    });
    return { name, lines: lines.toSorted((a, b) => a.step - b.step) };
  });
}
