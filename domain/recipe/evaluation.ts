/** What a model is asked, and how its answers are made. */
import { z } from 'zod';
import { distractorSources } from '../questions/distractors.ts';
import { questionTasks } from '../questions/question.ts';
import { adapterNames } from './data.ts';

export const questionsSchema = z.strictObject({
  /**
   * Where wrong options come from. `matched`: the right answers of other cases, so that labels alone give nothing away.
   * For comparison with the paper: `set-and-shared`, which samples the set's tree and the shared one (A23), and `set`,
   * the released code's way.
   */
  distractors: z.enum(distractorSources),
});

export const evaluationSchema = z.strictObject({
  tasks: z.array(z.enum(questionTasks)).min(1),
  /** The most test questions per task, in an order drawn by the seed; null: all. */
  maxItems: z.int().positive().nullable(),
  /** Where answers come from: ONNX in the worker, or the trainer's own `generate`. */
  runtime: z.enum(['onnx', 'transformers']),
  maxNewTokens: z.int().positive(),
  batchSize: z.int().positive(),
  /** Evaluate every model on grey images too: accuracy without the image. */
  noImageControl: z.boolean(),
  /** Nearest neighbour and linear probe on the vision tower of the tiny model, beside the models in the report. */
  probes: z.boolean().exactOptional(),
});

/**
 * Of models that answer in their own words: a set is asked for its diagnoses, and an answer counts that is the very label
 * or another name of it. Defaults are those of SkinGPT-R1's public code, except for greedy answers: it samples at a
 * temperature of 0.7 with a top-p of 0.9, which `generate` here does not have.
 */
export const openEvaluationSchema = z.strictObject({
  /** Sources whose test cases are asked, a benchmark each; absent: every one with cases of its own. */
  sets: z
    .array(z.enum(adapterNames))
    .min(1)
    .refine((sets) => new Set(sets).size === sets.length, 'a set stands twice; remove one')
    .exactOptional(),
  /** Whether a set's labels stand in its questions: in all sets', in none's, or in those of a list. Published: all but DDI's. */
  candidateLabels: z
    .union([z.boolean(), z.array(z.enum(adapterNames)).min(1)], {
      error: 'expected true, false, or a list of sets, e.g. [pad-ufes-20]',
    })
    .default(true),
  /** The most test cases per set, in an order drawn by the seed; null: all. */
  maxItems: z.int().positive().nullable(),
  runtime: z.enum(['transformers', 'onnx']).refine((runtime) => runtime !== 'onnx', {
    message:
      'adapters of a distillation add to the logits what they read in the picture, which no exported graph computes; take "transformers"',
  }),
  maxNewTokens: z.int().positive().default(4096),
  batchSize: z.int().positive().default(16),
  temperature: z.number().min(0).default(0),
  /** Ask every model on grey images too: accuracy without the image. */
  noImageControl: z.boolean().default(true),
});
/** Whether the labels of a set stand in its questions. */
export const showsLabels = ({ candidateLabels: of }: Pick<OpenEvaluation, 'candidateLabels'>, set: string): boolean =>
  typeof of === 'boolean' ? of : of.some((name) => name === set);
export type OpenEvaluation = z.infer<typeof openEvaluationSchema>;
