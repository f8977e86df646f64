/** What a recipe will do, computed before anything starts: steps, sizes, calls, price. */
import { userMistake } from '../../failures.ts';
import { type Architecture, totalParameters } from '../../plan/architecture.ts';
import { type Batches, grpoBatches, sftBatches } from '../../plan/batches.ts';
import {
  bytesPerPixel,
  costOf,
  type DataCounts,
  type LlmCost,
  localCheckpoints,
  type PlanInput,
  type TokenPrices,
} from '../../plan/input.ts';
import { estimateMemory, type MemoryEstimate } from '../../plan/memory.ts';
import { bytesOfState, trainableParameters } from '../../plan/weights.ts';
import type { SkinR1Recipe } from '../../recipe/methods/skin-r1.ts';
import { optimiserBytes } from '../../recipe/trl/optimiser.ts';
import { iterationsOf } from '../../recipe/trl/together.ts';
import { resumeCheckpointsKept } from '../../retention.ts';
import { rewardedStages, stages } from '../../stages/index.ts';
import { skinR1Outline } from './outline.ts';

export interface RunPlan {
  /** Null where textbook cases are not counted. */
  trajectories: (LlmCost & { atMost: number }) | null;
  /** The first phase of SFT; null where the recipe has none. */
  concepts: (Batches & LlmCost & { epochs: number; steps: number }) | null;
  /** Null where it is left out. */
  sft: (Batches & { epochs: number; steps: number }) | 'unknown' | null;
  /** Prompts of GRPO, with or without SFT. */
  prompts: Batches;
  grpo: { steps: number; epochs: number; completions: number; milestones: number[] } | null;
  rlOnly: { steps: number; milestones: number[] } | null;
  /** `answers`: null where test cases are not counted. */
  evaluations: { models: number; answers: number | null };
  parameters: { total: number; trainable: number; share: number } | null;
  memory: { sft: MemoryEstimate; grpo: MemoryEstimate } | null;
  /** `reference`: what checkpoints of GRPO also hold: the frozen adapter, which the store keeps once. */
  storage: { checkpoint: number; reference: number; checkpoints: number; s3: number; scratch: number } | null;
}

/** Tokens of a call that writes ρ: two rationales and the instruction; the released code caps the reply. */
const tokensPerCall = { input: 400, output: 120 };
/** Tokens of a call that explains a concept: the instruction, and two sentences. */
const tokensPerExplanation = { input: 100, output: 60 };
export function planRun({ recipe, data, architecture, devices, computer, prices }: PlanInput<SkinR1Recipe>): RunPlan {
  const { sft, grpo, evaluation } = recipe;
  const trajectories = planCalls(recipe, data, prices);
  const concepts = planConcepts(recipe, data, prices);
  const prompts = grpoBatches(data.items, grpo.promptsPerStep);
  if (prompts.stepsPerEpoch === 0) {
    throw userMistake(
      `data: ${data.items} training questions are fewer than grpo.promptsPerStep ${grpo.promptsPerStep}`,
    );
  }
  const [steps, rlOnlySteps] = [grpo.milestones.at(-1) ?? 0, grpo.rlOnlyMilestones.at(-1) ?? 0];
  const iterations = iterationsOf(grpo);
  const models = 1 + Number(sft.epochs > 0) + grpo.milestones.length + grpo.rlOnlyMilestones.length;
  const shown = models * (evaluation.noImageControl ? 2 : 1);
  const asked = data.test === null ? null : Math.min(data.test, evaluation.maxItems ?? data.test);
  const trainable = architecture ? trainableParameters(architecture, recipe) : 0;
  const total = architecture ? totalParameters(architecture) : 0;
  return {
    trajectories,
    concepts,
    sft: planSft(recipe, trajectories),
    prompts,
    grpo:
      steps === 0
        ? null
        : {
            steps,
            epochs: steps / (prompts.stepsPerEpoch * iterations),
            completions: (steps / iterations) * grpo.promptsPerStep * grpo.generations,
            milestones: grpo.milestones,
          },
    rlOnly: rlOnlySteps === 0 ? null : { steps: rlOnlySteps, milestones: grpo.rlOnlyMilestones },
    evaluations: { models: shown, answers: asked === null ? null : shown * asked * evaluation.tasks.length },
    parameters: architecture && { total, trainable, share: trainable / total },
    memory: architecture && {
      sft: estimateMemory('sft', recipe, architecture, devices, computer),
      grpo: estimateMemory('grpo', recipe, architecture, devices, computer),
    },
    storage: architecture && planStorage(recipe, data, architecture),
  };
}

/** Type 1 from every textbook case, types 2 and 3 up to their cap; at most one call for each of the latter. */
function planCalls(
  { trajectories }: SkinR1Recipe,
  { textbook }: DataCounts,
  prices: TokenPrices | null,
): RunPlan['trajectories'] {
  if (textbook === null) return null;
  const compared = trajectories.types.filter((type) => type !== 1).length * Math.min(textbook, trajectories.maxPerType);
  const atMost = (trajectories.types.includes(1) ? textbook : 0) + compared;
  return { atMost, ...costOf(Math.min(compared, trajectories.maxLlmCalls), tokensPerCall, prices) };
}

function planSft({ sft, trajectories: { validationShare } }: SkinR1Recipe, trajectories: RunPlan['trajectories']) {
  const { epochs, batchSize } = sft;
  if (epochs === 0) return null;
  if (!trajectories) return 'unknown';
  const batches = sftBatches(Math.round(trajectories.atMost * (1 - validationShare)), batchSize);
  return { ...batches, epochs, steps: epochs * batches.stepsPerEpoch };
}

/** A call for each wording of each concept. */
function planConcepts({ sft, trajectories }: SkinR1Recipe, { concepts }: DataCounts, prices: TokenPrices | null) {
  if (!sft.conceptAlignment) return null;
  const { epochs, explanations } = sft.conceptAlignment;
  const { pictures = 0, terms = 0 } = concepts ?? {};
  const batches = sftBatches(Math.round(pictures * (1 - trajectories.validationShare)), sft.batchSize);
  const cost = costOf(terms * explanations, tokensPerExplanation, prices);
  return { ...batches, ...cost, epochs, steps: epochs * batches.stepsPerEpoch };
}

/** Each checkpoint with the larger of the two optimisers' states. The frozen SFT adapter in GRPO's checkpoints is one blob, stored once. */
function planStorage(recipe: SkinR1Recipe, { images }: DataCounts, architecture: Architecture) {
  const state = Math.max(optimiserBytes(recipe.sft.trl), optimiserBytes(recipe.grpo.trl));
  const checkpoint = bytesOfState(architecture, recipe, state);
  const stretches = skinR1Outline.stages.map((stage) => stages[stage].ends(recipe).length).filter((ends) => ends > 0);
  const checkpoints = stretches.reduce((sum, ends) => sum + ends + resumeCheckpointsKept, 0);
  const references = skinR1Outline.stages.filter(
    (stage) => rewardedStages.includes(stage) && stages[stage].ends(recipe).length > 0,
  );
  // Without an adapter the reference is the model that GRPO began with, which no checkpoint holds.
  const frozen = recipe.lora === null ? 0 : 4 * trainableParameters(architecture, recipe);
  const reference = references.length > 0 && recipe.grpo.beta > 0 ? frozen : 0;
  const imageBytes = images * recipe.data.maxPixels * bytesPerPixel;
  return {
    checkpoint,
    reference,
    checkpoints,
    s3: checkpoints * checkpoint + references.length * reference + imageBytes,
    scratch: localCheckpoints * (checkpoint + reference) + imageBytes,
  };
}
