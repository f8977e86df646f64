/**
 * The ablation of SkinGPT-R1: base, + DermCoT, + distillation. A run of its recipe trains both arms from the same base, on
 * the same narratives, so that each seed needs one run.
 */

import { type Estimate, overSeeds } from '../../ablations/over-seeds.ts';
import type { BenchmarkResult } from '../../contracts/benchmarks.ts';
import { compareEvaluations } from '../../evaluation/comparison.ts';
import { modelId, onGrey } from '../../evaluation/model-under-test.ts';
import type { ScoredItem } from '../../evaluation/scored.ts';
import { holm } from '../../evaluation/statistics/mcnemar.ts';
import type { ScoreTest } from '../../evaluation/statistics/paired-scores.ts';
import { userMistake } from '../../failures.ts';
import type { SkinGptR1Recipe } from '../../recipe/methods/skingpt-r1.ts';

/** In the order of the paper's claim, the least first. */
export const arms = ['base', 'dermcot', 'distillation'] as const;
export type Arm = (typeof arms)[number];

export interface ArmRow {
  benchmark: string;
  arm: Arm;
  /** Of a classification set the accuracy; of DermBench's part the mean of the six dimensions as a share of 5. */
  score: Estimate;
  /** On grey images; null where that was not asked. */
  grey: Estimate | null;
  unread: number;
  /** Of all seeds. */
  items: number;
}

export interface ArmClaim {
  benchmark: string;
  better: Arm;
  than: Arm;
  /** Of the better one less the other, on the items of all seeds by their patients. */
  test: ScoreTest;
  /** By Holm's method for all claims. */
  correctedP: number;
  standing: 'shown' | 'not shown' | 'the opposite is shown';
}

export interface SkinGptR1Ablation {
  schema: 1;
  recipe: string;
  runs: { run: string; seed: number }[];
  rows: ArmRow[];
  claims: ArmClaim[];
}

/** A finished run: each model on each benchmark, and the answers. */
export interface ArmRun {
  run: string;
  seed: number;
  benchmarks: readonly BenchmarkResult[];
  itemsOf(result: BenchmarkResult): Promise<readonly ScoredItem[]>;
}

/** The recipe with both arms. Throws a user's mistake where there is no teacher to leave out. */
export function withBothArms(recipe: SkinGptR1Recipe): SkinGptR1Recipe {
  const { name, teacher, distillation } = recipe;
  if (teacher === null || distillation.epochs === 0) {
    throw userMistake(`${name}: teacher or distillation.epochs are left out; name the whole method's recipe`);
  }
  const { epochs, dermcotEpochs } = distillation;
  return { ...recipe, distillation: { ...distillation, dermcotEpochs: dermcotEpochs > 0 ? dermcotEpochs : epochs } };
}

const level = 0.05;
/** The paper's ablation, of which its abstract gives the order alone: each step adds something. */
const claimed: readonly (readonly [better: Arm, than: Arm])[] = [
  ['dermcot', 'base'],
  ['distillation', 'dermcot'],
  ['distillation', 'base'],
];

export async function buildSkinGptR1Ablation(recipe: string, runs: readonly ArmRun[]): Promise<SkinGptR1Ablation> {
  const names = [...new Set(runs.flatMap(({ benchmarks }) => benchmarks.map(({ benchmark }) => benchmark)))];
  const rows = names.flatMap((benchmark) => arms.flatMap((arm) => rowOf(benchmark, arm, runs) ?? []));
  const tested: Omit<ArmClaim, 'correctedP' | 'standing'>[] = [];
  for (const benchmark of names) {
    for (const [better, than] of claimed) {
      const [ours, others] = [await pooled(runs, benchmark, better), await pooled(runs, benchmark, than)];
      if (ours.length === 0 || others.length === 0) continue;
      tested.push({ benchmark, better, than, test: compareEvaluations(others, ours).all });
    }
  }
  const corrected = holm(tested.map(({ test }) => test.p));
  const claims = tested.map((claim, i): ArmClaim => {
    const correctedP = corrected[i] ?? 1;
    return { ...claim, correctedP, standing: standingOf(claim.test, correctedP) };
  });
  return { schema: 1, recipe, runs: runs.map(({ run, seed }) => ({ run, seed })), rows, claims };
}

function standingOf({ difference }: ScoreTest, p: number): ArmClaim['standing'] {
  if (p >= level || difference === 0) return 'not shown';
  return difference > 0 ? 'shown' : 'the opposite is shown';
}

function rowOf(benchmark: string, arm: Arm, runs: readonly ArmRun[]): ArmRow | null {
  const found = runs.flatMap((run) => resultOf(run, benchmark, arm) ?? []);
  const score = overSeeds(found.map(({ strict }) => strict.score));
  if (!score || found.length < runs.length) return null;
  const grey = runs.map((run) => resultOf(run, benchmark, greyIdOf(arm))?.strict.score ?? null);
  return {
    ...{ benchmark, arm, score, grey: overSeeds(grey) },
    unread: found.reduce((sum, { strict }) => sum + strict.unread, 0) / found.length,
    items: found.reduce((sum, { items }) => sum + items, 0),
  };
}

const greyIdOf = (arm: Arm): string => modelId(onGrey({ stage: arm, step: null, image: 'real' }));

const resultOf = ({ benchmarks }: ArmRun, benchmark: string, label: string): BenchmarkResult | undefined =>
  benchmarks.find((result) => result.benchmark === benchmark && result.label === label);

/** The items of all seeds, which share no patient: the data of each are drawn or split again. */
async function pooled(runs: readonly ArmRun[], benchmark: string, arm: Arm): Promise<ScoredItem[]> {
  const all: ScoredItem[] = [];
  for (const run of runs) {
    const result = resultOf(run, benchmark, arm);
    if (!result) continue;
    for (const item of await run.itemsOf(result)) {
      all.push({ ...item, id: `${run.seed}/${item.id}`, group: `${run.seed}/${item.group}` });
    }
  }
  return all;
}
