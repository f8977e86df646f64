/** What several jobs of the trainer have in common (domain/trainer.ts). */
import { z } from 'zod';
import { loraSchema, partsSchema } from '../lora.ts';

export const path = z.string();

const optimiserSchema = z.strictObject({
  learningRate: z.number().positive(),
  warmupRatio: z.number().min(0).max(1),
  weightDecay: z.number().min(0),
  maxGradNorm: z.number().positive(),
});

/** Where a stretch begins and ends inside the whole plan: the schedule spans `maxSteps`, the process ends at `stopAt`. */
const planSchema = z.strictObject({
  maxSteps: z.int().positive(),
  stopAt: z.int().positive(),
  /** Optimiser steps between resume checkpoints, besides the one at `stopAt`. */
  saveEvery: z.int().positive(),
  /**
   * Before the end of the plan the process does not end at `stopAt`: it says `finished`, waits on stdin for the path of
   * the next stretch's job and says `started` again. Of one process only.
   */
  stay: z.boolean(),
});

export const commonSchema = {
  schema: z.literal(1),
  seed: z.int().nonnegative(),
  /** CPU threads of the process. One thread gives the same bytes on every run. */
  threads: z.int().positive(),
  precision: z.enum(['fp32', 'bf16']),
  /** Base model, Hugging Face layout. */
  model: path,
  /** Folder the job may write to. */
  output: path,
};

/** Rows are JSON lines `ChatRow`; `images` is the folder that their file names are relative to. */
export const rowsSchema = z.strictObject({ rows: path, images: path });

export const attentions = ['sdpa', 'flash_attention_2', 'eager'] as const;
export const trackers = ['tensorboard', 'wandb', 'mlflow'] as const;
/** Of every job that trains in stretches. */
export const stretchSchema = {
  ...commonSchema,
  /** A full trainer checkpoint to continue from, bit for bit. */
  resume: path.nullable(),
  data: rowsSchema,
  plan: planSchema,
  optimiser: optimiserSchema,
  attention: z.enum(attentions),
  /** Where Transformers' own callbacks also report to, each configured by its own environment variables. */
  tracking: z.array(z.enum(trackers)),
};

export const trainingSchema = {
  ...stretchSchema,
  /** PEFT folder to continue, or with `lora` null a model's; null starts a fresh adapter, or with the base. In GRPO it is also the KL reference, in every stretch. */
  adapter: path.nullable(),
  /** Null: the weights of the parts `full` are trained themselves, and a checkpoint is a folder of a whole model. */
  lora: loraSchema.nullable(),
  full: partsSchema.exactOptional(),
  gradientCheckpointing: z.boolean(),
  /** Fields of TRL's configuration that the recipe sets itself (domain/recipe/trl); absent: none. */
  trl: z.record(z.string(), z.unknown()).optional(),
};
