/**
 * The protocol between Dermflow and its gradient engine, `dermflow-trainer <job.json>`.
 *
 * The trainer reads one job file and writes JSON lines to stdout; stderr is free text for the log. It knows nothing of
 * prompts, rewards or S3: rows arrive ready, rewards are asked for over a Unix socket. Exit codes: 0 finished,
 * 75 interrupted with its state saved (EX_TEMPFAIL), anything else failed; under a launcher the last event alone says
 * the first two apart. End of stdin means that the parent is gone: the trainer exits at once. All paths are absolute; the
 * trainer writes only below `output`.
 */
import { z } from 'zod';
import { buildBackboneJobSchema } from './jobs/build-backbone.ts';
import { path } from './jobs/common.ts';
import { distillJobSchema } from './jobs/distill.ts';
import { exportEncoderJobSchema, exportOnnxJobSchema, mergeJobSchema } from './jobs/export.ts';
import { generateJobSchema } from './jobs/generate.ts';
import { grpoJobSchema } from './jobs/grpo.ts';
import { sftJobSchema } from './jobs/sft.ts';
import { sorebJobSchema } from './jobs/soreb.ts';

/** The jobs that save their state and go on from it, which train stages; the others start over. */
const stretchJobs = [sftJobSchema, grpoJobSchema, distillJobSchema, sorebJobSchema] as const;
export type StretchJob = z.infer<(typeof stretchJobs)[number]>;
export type ResumableJob = StretchJob['job'];
export const resumableJobs: readonly ResumableJob[] = stretchJobs.map(({ shape }) => shape.job.value);

export const trainerJobSchema = z.discriminatedUnion('job', [
  ...stretchJobs,
  generateJobSchema,
  exportOnnxJobSchema,
  mergeJobSchema,
  exportEncoderJobSchema,
  buildBackboneJobSchema,
]);

/** One row for SFT (`completion` set), GRPO or generation (`completion` absent). */
export const chatRowSchema = z.strictObject({
  id: z.string(),
  /** File names below the job's `images` folder, in the order of their place in the prompt. */
  images: z.array(z.string()).min(1),
  prompt: z.string(),
  /** Text of a system turn; absent: what the chat template says without one. */
  system: z.string().optional(),
  completion: z.string().optional(),
  /** Of the skin: 0 light, 1 medium, 2 dark; absent where it is not known. Read by the side branch of a distillation alone. */
  skinTone: z.int().min(0).max(2).optional(),
  /** By which the row is sampled: the same one gives the same draws at each of its tokens. */
  seed: z.int().min(0).max(4_294_967_295).optional(),
});
export type ChatRow = z.infer<typeof chatRowSchema>;

export const generatedRowSchema = z.strictObject({ id: z.string(), text: z.string(), tokens: z.array(z.int()) });
export type GeneratedRow = z.infer<typeof generatedRowSchema>;

const step = z.int().nonnegative();

export const trainerEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('started'),
    step,
    maxSteps: step,
    device: z.string(),
    worldSize: z.int().positive(),
    trainableParameters: z.int().nonnegative(),
    /** Versions that decide whether a resume can be exact, e.g. `{ torch: '2.15.0' }`. */
    software: z.record(z.string(), z.string()),
    /** What decides the last digits of its sums, by name, e.g. `{ 'instruction set': 'AVX2' }`; of training only. */
    numerics: z.record(z.string(), z.string()),
  }),
  z.object({
    event: z.literal('progress'),
    step,
    maxSteps: step,
    /** Speed over all ranks, null at the first step, and rank 0's peak; of training only. No two runs agree in them. */
    tokensPerSecond: z.number().nullable().optional(),
    memoryBytes: z.int().optional(),
  }),
  /** Scalars logged at a step, by their TRL names made flat: `loss`, `reward`, `reward/format`, `kl`, `learning_rate`. */
  z.object({ event: z.literal('metrics'), step, values: z.record(z.string(), z.number().nullable()) }),
  /**
   * The folder is complete on disk when this is written. `exact`: resuming from it in the same environment repeats the
   * undisturbed run.
   */
  z.object({ event: z.literal('checkpoint'), step, path, exact: z.boolean() }),
  z.object({ event: z.literal('finished'), step, outputs: z.record(z.string(), path) }),
  /** Asked to stop; a checkpoint was written before where a step had been made. */
  z.object({ event: z.literal('interrupted'), step }),
  z.object({
    event: z.literal('failed'),
    kind: z.enum(['out-of-memory', 'diverged', 'bad-input', 'error']),
    step,
    message: z.string(),
  }),
]);
export type TrainerEvent = z.infer<typeof trainerEventSchema>;

/** Exit status of a trainer that was asked to stop and saved its state first. */
export const interruptedExitCode = 75;
