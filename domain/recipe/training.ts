/** How the model is trained: supervised fine-tuning, then GRPO. */
import { z } from 'zod';
import { klGradients, rolloutEngines } from '../jobs/grpo.ts';
import { trlSchema } from './trl/check.ts';
import { trlProblems } from './trl/together.ts';

const optimiser = {
  learningRate: z.number().positive(),
  warmupRatio: z.number().min(0).max(1),
  weightDecay: z.number().min(0),
  maxGradNorm: z.number().positive(),
  perDeviceBatchSize: z.int().positive(),
  gradientCheckpointing: z.boolean(),
};

/** A first phase of SFT on pictures with explained concepts, of the sources with `use: concepts` (A20). */
const conceptAlignmentSchema = z.strictObject({
  epochs: z.int().positive().default(1),
  /** Wordings of each concept's explanation that the LLM writes, one call each; a picture's row takes one of them. */
  explanations: z.int().positive().default(4),
});

export const sftSchema = z.strictObject({
  ...optimiser,
  conceptAlignment: conceptAlignmentSchema.nullable().default(null),
  /** 0 leaves SFT out, and with it the GRPO that continues its adapter: the ablation of RL alone. */
  epochs: z.int().min(0),
  batchSize: z.int().positive(),
  saveEvery: z.int().positive(),
  /** Further fields of TRL's SFTConfig (trl/). */
  trl: trlSchema('sft'),
});

const risingSteps = z
  .array(z.int().positive())
  .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)), {
    message: 'milestones must rise, e.g. [500, 1000, 1500]',
  });

/** Off unless a recipe says it, as published: the paper uses no validation questions. */
const validationSchema = z.strictObject({
  /** The first so many validation questions in their stored order, which are of patients of their own. */
  questions: z.int().positive().default(200),
  /** Training ends after so many milestones that earned no more than the best before them; null: at its plan's end. */
  patience: z.int().positive().nullable().default(null),
});

export const grpoSchema = z
  .strictObject({
    ...optimiser,
    generations: z.int().min(2),
    temperature: z.number().positive(),
    promptsPerStep: z.int().positive(),
    beta: z.number().min(0),
    /** Gradient of Eq. 4's KL term (domain/trainer.ts); `k3` as released. */
    klGradient: z.enum(klGradients).default('k3'),
    epsilon: z.number().positive(),
    maxCompletionLength: z.int().positive(),
    /** Who samples completions. vLLM's numbers differ in rounding, which TRL corrects for by importance sampling. */
    rollouts: z.enum(rolloutEngines).default('transformers'),
    /**
     * How often the groups of a step whose completions all earn the same, and so teach nothing, are drawn again, at most.
     * Absent: never, as published.
     */
    dynamicSampling: z.int().min(1).max(10).exactOptional(),
    /** Length of the plan in optimiser steps, which the learning-rate schedule spans. */
    steps: z.int().positive(),
    /** Steps at which a stretch ends and its checkpoint is evaluated; training ends at the last one. An empty list leaves GRPO out. */
    milestones: risingSteps,
    saveEvery: z.int().positive(),
    /** The same for RL without SFT, the paper's ablation, by the same plan; an empty list leaves it out. */
    rlOnlyMilestones: risingSteps.default([]),
    /** At each milestone the mean reward of greedy answers to validation questions, by which one milestone is kept. */
    validation: validationSchema.exactOptional(),
    /** Further fields of TRL's GRPOConfig (trl/). */
    trl: trlSchema('grpo'),
  })
  .refine((g) => [...g.milestones, ...g.rlOnlyMilestones].every((milestone) => milestone <= g.steps), {
    path: ['steps'],
    message: 'a milestone lies beyond the plan; raise steps or remove the milestone',
  })
  .refine((g) => (g.promptsPerStep * g.generations) % g.perDeviceBatchSize === 0, {
    path: ['perDeviceBatchSize'],
    message: 'perDeviceBatchSize must divide promptsPerStep * generations',
  })
  .superRefine((grpo, context) => {
    for (const problem of trlProblems(grpo)) context.addIssue({ code: 'custom', ...problem });
  });
