/**
 * How an evaluator of narratives is trained (DermEval, arXiv 2511.09195): supervised on texts of physicians' scores, then
 * SOREB, REINFORCE with a moving average as its baseline. The paper's settings are not public; the average's decay and the
 * reward of a text without scores are ours.
 */
import { z } from 'zod';
import { loraSchema } from '../lora.ts';
import { sftSchema } from './training.ts';

const optimiser = sftSchema.pick({
  learningRate: true,
  warmupRatio: true,
  weightDecay: true,
  maxGradNorm: true,
  perDeviceBatchSize: true,
  gradientCheckpointing: true,
}).shape;

const sorebSchema = z
  .strictObject({
    ...optimiser,
    promptsPerStep: z.int().positive(),
    generations: z.int().min(2).default(2),
    temperature: z.number().positive().default(1),
    maxCompletionLength: z.int().positive(),
    baselineDecay: z.number().min(0).max(1).default(0.9),
    /** Of a text of which no score can be read. The worst that scores can earn is -25. */
    missingReward: z.number().default(-25),
    /** Length of the plan in optimiser steps, which the learning-rate schedule spans. */
    steps: z.int().positive(),
    /** Steps at which a stretch ends; an empty list leaves SOREB out. */
    milestones: z
      .array(z.int().positive())
      .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)), 'milestones must rise'),
    saveEvery: z.int().positive(),
  })
  .refine(({ milestones, steps }) => milestones.every((milestone) => milestone <= steps), {
    path: ['steps'],
    message: 'a milestone lies beyond the plan; raise steps or remove the milestone',
  })
  .refine((s) => (s.promptsPerStep * s.generations) % s.perDeviceBatchSize === 0, {
    path: ['perDeviceBatchSize'],
    message: 'perDeviceBatchSize must divide promptsPerStep * generations',
  });

export const dermevalSchema = z.strictObject({
  lora: loraSchema,
  sft: sftSchema.refine(({ conceptAlignment }) => conceptAlignment === null, {
    path: ['conceptAlignment'],
    message: 'an evaluator learns no concepts; give null',
  }),
  soreb: sorebSchema,
});
export type DermevalSettings = z.infer<typeof dermevalSchema>;
