/** What a model is asked, and how its answers are made. */
import { z } from 'zod';
import { distractorSources } from '../questions/distractors.ts';
import { questionTasks } from '../questions/question.ts';

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
