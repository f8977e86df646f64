/** What a recipe of SkinGPT-R1 will do, computed before anything starts: narratives, reviews, steps, sizes, calls, price. */

import { totalParameters } from '../../plan/architecture.ts';
import {
  bytesPerPixel,
  costOf,
  type DataCounts,
  type LlmCost,
  localCheckpoints,
  type PlanInput,
  type TokenPrices,
} from '../../plan/input.ts';
import { planStages, type StagePlan } from '../../plan/stages.ts';
import type { SkinGptR1Recipe } from '../../recipe/methods/skingpt-r1.ts';
import { stages as stageRows } from '../../stages/index.ts';
import type { skinGptR1Stages } from '../../stages/skingpt-r1.ts';

export interface SkinGptR1Plan {
  /** What is written; `kept` at most. Calls without those that are asked again. */
  narratives: { cases: number; written: number; kept: number } & LlmCost;
  /** By a judge: of narratives, of the models' answers, and of its anchors; null without one. */
  judge: ({ narratives: number; answers: number; anchors: number } & LlmCost) | null;
  /** Judgements by people, without those that settle disagreements; `scripted`: a program gives them. */
  reviews: { cases: number; judgements: number; scripted: boolean; train: number; bench: number };
  /** Rows that are trained on, and those that validate; at most. */
  rows: { train: number; validation: number };
  /** Pictures that the teacher encodes, at most; null without one. */
  teacher: { pictures: number } | null;
  /** In their order. */
  stages: StagePlan[];
  /**
   * Models, their answers on classification sets (null where test cases are not counted), with grey images where those are
   * asked, and on DermBench's part.
   */
  evaluations: { models: number; answers: number | null; narratives: number };
  /** Of the base, and of the exported adapters. */
  parameters: { total: number; trainable: number; share: number } | null;
  storage: { s3: number; scratch: number } | null;
}

/** Tokens of a call that describes a picture, that gives reasons, and that scores a text; of thinking models more come out. */
const tokens = {
  describe: { input: 1_100, output: 250 },
  reason: { input: 700, output: 350 },
  judge: { input: 1_500, output: 300 },
} as const;

export function planSkinGptR1({
  recipe,
  data,
  architecture,
  devices,
  computer,
  prices,
}: PlanInput<SkinGptR1Recipe>): SkinGptR1Plan {
  const { narratives, certified, judge, evaluation, distillation, teacher } = recipe;
  const cases = Math.min(narratives.cases ?? data.items, data.items);
  const written = cases * narratives.candidates;
  const reviewed = Math.min(certified.cases, cases);
  const bench = Math.round(reviewed * certified.benchShare);
  // Of each case the best candidate, and none of a case that was reviewed.
  const filtered = Math.min(narratives.keep.top ?? cases, cases - reviewed);
  const rows = filtered + (reviewed - bench);
  const validation = Math.round(rows * narratives.validationShare);
  const rowsOfStages: Record<keyof typeof skinGptR1Stages, number> = {
    ...{ dermcot: rows - validation, distillation: rows - validation },
    ...{ 'dermeval-sft': reviewed - bench, dermeval: reviewed - bench },
  };
  const stages = planStages({ rows: rowsOfStages, recipe, architecture, devices, ...(computer ? { computer } : {}) });
  // An evaluator of narratives is asked nothing.
  const models = 1 + stages.filter(({ stage }) => stageRows[stage].part !== 'dermeval').length;
  const asked =
    data.test === null
      ? null
      : Math.min(data.test, (evaluation.maxItems ?? data.test) * (evaluation.sets?.length ?? 1));
  const isTaught = teacher !== null && distillation.epochs > 0 && distillation.adapters.weights.distil > 0;
  const total = architecture && totalParameters(architecture);
  const trainable = stages.findLast(({ stage }) => stage === 'distillation' || stage === 'dermcot')?.sizes?.trainable;
  return {
    narratives: { ...{ cases, written, kept: filtered }, ...writingCost(recipe, written, prices) },
    judge: judge
      ? judgingCost(
          recipe,
          { narratives: narratives.scoredBy === 'judge' ? written : 0, answers: models * bench },
          prices,
        )
      : null,
    reviews: {
      ...{ cases: reviewed, judgements: reviewed * certified.reviewers, scripted: certified.by === 'script' },
      ...{ train: reviewed - bench, bench },
    },
    rows: { train: rows - validation, validation },
    teacher: isTaught ? { pictures: Math.min(rows, cases) } : null,
    stages,
    evaluations: {
      models,
      answers: asked === null ? null : models * asked * (evaluation.noImageControl ? 2 : 1),
      narratives: models * bench,
    },
    parameters: total !== null && trainable !== undefined ? { total, trainable, share: trainable / total } : null,
    storage: architecture && storageOf(recipe, data, stages),
  };
}

/** A model at an endpoint describes each picture and gives reasons; where the base describes, it gives reasons alone. */
function writingCost({ narratives }: SkinGptR1Recipe, written: number, prices: TokenPrices | null): LlmCost {
  const reasons = costOf(written, tokens.reason, prices);
  return narratives.describer === 'base' ? reasons : sumOf(costOf(written, tokens.describe, prices), reasons);
}

function judgingCost(
  { judge }: SkinGptR1Recipe,
  texts: { narratives: number; answers: number },
  prices: TokenPrices | null,
): NonNullable<SkinGptR1Plan['judge']> {
  const repeats = judge?.repeats ?? 1;
  // Certified texts and ones of another diagnosis; equal requests of several models are paid for once.
  const anchors = texts.answers === 0 ? 0 : 2 * (judge?.anchors ?? 0);
  return { ...texts, anchors, ...costOf((texts.narratives + texts.answers + anchors) * repeats, tokens.judge, prices) };
}

const sumOf = (a: LlmCost, b: LlmCost): LlmCost => ({
  llmCalls: a.llmCalls + b.llmCalls,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  price: a.price === null || b.price === null ? null : a.price + b.price,
});

function storageOf(recipe: SkinGptR1Recipe, { images }: DataCounts, stages: readonly StagePlan[]) {
  const pictures = images * recipe.data.maxPixels * bytesPerPixel;
  const kept = stages.reduce((sum, { checkpoints, sizes }) => sum + checkpoints.kept * (sizes?.checkpoint ?? 0), 0);
  const largest = Math.max(0, ...stages.map(({ sizes }) => sizes?.checkpoint ?? 0));
  return { s3: kept + pictures, scratch: localCheckpoints * largest + pictures };
}
