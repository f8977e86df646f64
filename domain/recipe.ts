/**
 * A recipe: everything that decides what a run computes, and nothing about where it runs (that is the environment's).
 * Unknown fields are refused. Two recipes with equal contents share every artifact.
 */
import { z } from 'zod';
import { artifactRefSchema } from './artifact.ts';
import { defaultMinImagesPerClass } from './cases/dermnet-filter.ts';
import { budgetSchema } from './llm-account.ts';
import { llmChoiceSchema } from './llm-settings.ts';
import { distractorSources } from './questions/distractors.ts';
import { questionTasks } from './questions/question.ts';
import { rewardsSchema } from './rewards/settings.ts';
import { klGradients, loraSchema, rolloutEngines } from './trainer.ts';

/** Data sets in the layouts in which they are distributed; docs/data-sets.md says where to get each. */
export const adapterNames = [
  'bcn20000',
  'ddi',
  'derm12345',
  'derm7pt',
  'dermnet',
  'fitzpatrick17k',
  'ham10000',
  'isic2018',
  'isic2019',
  'isic2020',
  'isic-archive',
  'omnimedvqa',
  'pad-ufes-20',
  'skincon',
  'textbook',
] as const;
export type AdapterName = (typeof adapterNames)[number];

const sourceSchema = z.strictObject({
  adapter: z.enum(adapterNames),
  /**
   * `ood`: evaluated only, after what training has seen is taken out of it (A26). `concepts`: its pictures and their
   * concepts serve `sft.conceptAlignment` alone.
   */
  use: z.enum(['training', 'ood', 'concepts']).default('training'),
  /** The reference that `--data DIR` or `dermflow data import` puts here. */
  imported: artifactRefSchema.optional(),
});
export type DataSource = z.infer<typeof sourceSchema>;

/** A generated, labelled-as-such image set in a real set's layout. */
const generatedSchema = z.strictObject({
  /** Cases for reinforcement learning, validation and test; about two images a patient. */
  images: z.int().min(40),
  /** Textbook-style cases with a rationale. */
  textbook: z.int().min(8),
  /** Share of cases in which one finding is replaced by a random one, in the clinic and in the textbook. */
  atypical: z.number().min(0).max(1),
  atypicalTextbook: z.number().min(0).max(1),
});
export type GeneratedSpec = z.infer<typeof generatedSchema>;

/** An ONNX graph from `[n, 3, side, side]` to `[n, d]`, or to `[n, tokens, d]`, of which the first token counts. */
const encoderSchema = z.strictObject({
  /** Below DERMFLOW_PLUGINS on the cpu worker. */
  file: z.string().min(1),
  side: z.int().positive().default(224),
  /** Of the channels, for pixels from 0 to 1; ImageNet's. */
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0.485, 0.456, 0.406]),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).default([0.229, 0.224, 0.225]),
  /** Cosine from which on two pictures are near-duplicates. */
  similarity: z.number().min(0).max(1).default(0.95),
});
export type EncoderSettings = z.infer<typeof encoderSchema>;

const dataSchema = z.strictObject({
  /** Each adapter at most once. */
  sources: z
    .array(sourceSchema)
    .min(1)
    .refine((sources) => new Set(sources.map((s) => s.adapter)).size === sources.length, 'an adapter stands twice'),
  /** Draws the sources ham10000 and textbook instead of reading them. */
  generate: generatedSchema.optional(),
  /** 6:2:2 in the paper. */
  split: z.strictObject({ train: z.number().positive(), validation: z.number().min(0), test: z.number().positive() }),
  groupBy: z.enum(['patient', 'image']),
  /** 448 * 448 = 200,704 px in the paper, as a pixel budget with the aspect kept (A19). */
  maxPixels: z.int().positive(),
  /** Sides are rounded to multiples of this (28 for Qwen2.5-VL), as its processor would. */
  snapTo: z.int().positive(),
  /** Share of absent or unusable images that are quarantined and counted before the stage fails. */
  maxBadShare: z.number().min(0).max(1),
  /** DermNet's classes of fewer images are dropped. */
  minImagesPerClass: z.int().min(1).default(defaultMinImagesPerClass),
  /** What becomes of test pictures that training has seen: counted, or counted and taken out. */
  leaks: z
    .strictObject({ test: z.enum(['report', 'exclude']), ood: z.enum(['report', 'exclude']) })
    .default({ test: 'report', ood: 'exclude' }),
  /** An image encoder that looks for near-duplicates too. */
  encoder: encoderSchema.nullable().default(null),
});

const trajectoriesSchema = z.strictObject({
  types: z.array(z.union([z.literal(1), z.literal(2), z.literal(3)])).min(1),
  /** At most so many trajectories of types 2 and 3 each; 1,000 in the released code. */
  maxPerType: z.int().positive(),
  /** Calls to the LLM that writes rho; trajectories beyond the cap reuse the reasoning for the same pair and findings. */
  maxLlmCalls: z.int().min(0),
  /** `findings`: JSON with values from a list, for small models. `free-text`: the paper's way. */
  rationaleForm: z.enum(['findings', 'free-text']),
  /** Share of malformed or refused outputs above which the stage fails. */
  maxRejectedShare: z.number().min(0).max(1),
  validationShare: z.number().min(0).max(0.5),
});

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
  /** Wordings of each concept's explanation that the LLM writes, a call each; a picture's row takes one of them. */
  explanations: z.int().positive().default(4),
});

const sftSchema = z.strictObject({
  ...optimiser,
  conceptAlignment: conceptAlignmentSchema.nullable().default(null),
  /** 0 leaves SFT out, and with it the GRPO that continues its adapter: the ablation of RL alone. */
  epochs: z.int().min(0),
  batchSize: z.int().positive(),
  saveEvery: z.int().positive(),
});

const risingSteps = z
  .array(z.int().positive())
  .refine((steps) => steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)), {
    message: 'milestones must rise, e.g. [500, 1000, 1500]',
  });

const grpoSchema = z
  .strictObject({
    ...optimiser,
    generations: z.int().min(2),
    temperature: z.number().positive(),
    promptsPerStep: z.int().positive(),
    beta: z.number().min(0),
    /** Of Eq. 4's KL term (domain/trainer.ts); `k3` as released. */
    klGradient: z.enum(klGradients).default('k3'),
    epsilon: z.number().positive(),
    maxCompletionLength: z.int().positive(),
    /** Who samples completions. vLLM's numbers differ in rounding, which TRL corrects for by importance sampling. */
    rollouts: z.enum(rolloutEngines).default('transformers'),
    /** Length of the plan in optimiser steps, which the learning-rate schedule spans. */
    steps: z.int().positive(),
    /** Steps at which a stretch ends and its checkpoint is evaluated; training ends at the last one. An empty list leaves GRPO out. */
    milestones: risingSteps,
    saveEvery: z.int().positive(),
    /** The same for RL without SFT, the paper's ablation, by the same plan; an empty list leaves it out. */
    rlOnlyMilestones: risingSteps,
  })
  .refine((g) => [...g.milestones, ...g.rlOnlyMilestones].every((milestone) => milestone <= g.steps), {
    path: ['steps'],
    message: 'a milestone lies beyond the plan; raise steps or remove the milestone',
  })
  .refine((g) => (g.promptsPerStep * g.generations) % g.perDeviceBatchSize === 0, {
    path: ['perDeviceBatchSize'],
    message: 'perDeviceBatchSize must divide promptsPerStep * generations',
  });

const questionsSchema = z.strictObject({
  /**
   * Where wrong options come from. `matched`: the right answers of other cases, so that labels alone give nothing away.
   * For comparison with the paper: `set-and-shared`, which samples the set's tree and the shared one (A23), and `set`,
   * the released code's way.
   */
  distractors: z.enum(distractorSources),
});

const evaluationSchema = z.strictObject({
  tasks: z.array(z.enum(questionTasks)).min(1),
  /** At most so many test questions a task, in an order drawn by the seed; null: all. */
  maxItems: z.int().positive().nullable(),
  /** Where answers come from: ONNX in the worker, or the trainer's own `generate`. */
  runtime: z.enum(['onnx', 'transformers']),
  maxNewTokens: z.int().positive(),
  batchSize: z.int().positive(),
  /** Evaluate the final model on grey images too: accuracy without the image. */
  noImageControl: z.boolean(),
});

const fieldsSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected 1 to 40 of a-z, 0-9 and "-"'),
  method: z.literal('skin-r1').default('skin-r1'),
  seed: z.int().nonnegative(),
  /** Wording of P1 to P6: `paper` for real models, `compact` for the tiny one's small vocabulary. */
  prompts: z.enum(['paper', 'compact']),
  model: z.strictObject({
    /** `tiny` (shipped with Dermflow), a folder on the gpu workers, or a hub id. */
    base: z.string().min(1),
    precision: z.enum(['fp32', 'bf16']),
    threads: z.int().positive(),
  }),
  lora: loraSchema,
  data: dataSchema,
  trajectories: trajectoriesSchema,
  sft: sftSchema,
  grpo: grpoSchema,
  questions: questionsSchema.default({ distractors: 'matched' }),
  rewards: rewardsSchema,
  evaluation: evaluationSchema,
  /** Who writes ρ and explains concepts; absent: the model that the environment of the llm workers names. */
  llm: llmChoiceSchema.optional(),
  /** What a run may spend on the language model; at a limit it waits for `dermflow resume --budget`. Absent: no limit. */
  budget: budgetSchema.optional(),
});

const hasConcepts = ({ sources }: z.infer<typeof dataSchema>): boolean => sources.some(({ use }) => use === 'concepts');

export const recipeSchema = fieldsSchema
  .refine(({ sft, grpo }) => sft.epochs > 0 || grpo.milestones.length === 0, {
    path: ['grpo', 'milestones'],
    message:
      'GRPO continues the adapter of SFT: with sft.epochs 0 give [] here, and the steps in grpo.rlOnlyMilestones',
  })
  .refine(({ sft, grpo }) => sft.epochs > 0 || grpo.rlOnlyMilestones.length > 0, {
    path: ['sft', 'epochs'],
    message: 'nothing is trained: give epochs of SFT or grpo.rlOnlyMilestones',
  })
  .refine(({ sft }) => sft.epochs > 0 || sft.conceptAlignment === null, {
    path: ['sft', 'conceptAlignment'],
    message: 'SFT continues what it begins: with sft.epochs 0 give null here',
  })
  .refine(({ sft, data }) => sft.conceptAlignment === null || hasConcepts(data), {
    path: ['sft', 'conceptAlignment'],
    message: 'no source has concepts for it; add { adapter: skincon, use: concepts } to data.sources',
  })
  .refine(({ sft, data }) => sft.conceptAlignment !== null || !hasConcepts(data), {
    path: ['data', 'sources'],
    message: 'a source with use: concepts serves sft.conceptAlignment alone; give that, e.g. { epochs: 1 }',
  });
export type Recipe = z.infer<typeof recipeSchema>;

/** The sets that training reads, for people. */
export const sourceNames = ({ sources }: Recipe['data']): string =>
  sources
    .filter(({ use }) => use !== 'ood')
    .map(({ adapter }) => adapter)
    .join(', ');
