/**
 * The protocol between Dermflow and its gradient engine, `dermflow-trainer <job.json>`.
 *
 * The trainer reads one job file and writes JSON lines to stdout; stderr is free text for the log. It knows nothing of
 * prompts, rewards or S3: rows arrive ready, rewards are asked for over a Unix socket. Exit codes: 0 finished,
 * 75 interrupted with its state saved (EX_TEMPFAIL), anything else failed; under a launcher the last event alone tells
 * the first two apart. End of stdin means that the parent is gone: the trainer exits at once. All paths are absolute; the
 * trainer writes only below `output`.
 */
import { z } from 'zod';
import { commonSchema, path, rowsSchema, trainingSchema } from './jobs/common.ts';
import { distillJobSchema, sorebJobSchema } from './jobs/skingpt.ts';

/**
 * The gradient of Eq. 4's KL term. `k3`: of the k3 estimator itself, as the released code has it. `importance-corrected`:
 * of k3 weighted by the importance ratio, TRL 1.16's default; the logged loss is the same on-policy.
 */
export const klGradients = ['k3', 'importance-corrected'] as const;
export const rolloutEngines = ['transformers', 'vllm-colocated', 'vllm-server'] as const;

export const sftJobSchema = z.strictObject({
  ...trainingSchema,
  job: z.literal('sft'),
  /** Evaluated at `stopAt`; null: no validation loss. */
  validation: rowsSchema.nullable(),
  /** Sequences per optimiser step over all devices, and per device and forward pass. */
  batchSize: z.int().positive(),
  perDeviceBatchSize: z.int().positive(),
});
export type SftJob = z.infer<typeof sftJobSchema>;

export const grpoJobSchema = z.strictObject({
  ...trainingSchema,
  job: z.literal('grpo'),
  /** Prompts per optimiser step; each is sampled `generations` times (ambiguity A16). */
  promptsPerStep: z.int().positive(),
  /** K of Eq. 3. */
  generations: z.int().min(2),
  /** Completions per device and forward pass; divides `promptsPerStep * generations`. */
  perDeviceBatchSize: z.int().positive(),
  temperature: z.number().positive(),
  /** KL coefficient of Eq. 4. */
  beta: z.number().min(0),
  klGradient: z.enum(klGradients),
  epsilon: z.number().positive(),
  maxCompletionLength: z.int().positive(),
  /** Who samples: the trainer's model itself, or vLLM beside it on the same accelerators or behind an address. */
  rollouts: z.strictObject({
    engine: z.enum(rolloutEngines),
    /** Address of `trl vllm-serve`; read where the engine is `vllm-server`. */
    server: z.url().nullable(),
    /** Of a colocated vLLM: share of each accelerator's memory, longest sequence in tokens, whether it sleeps during the
     * update, accelerators that share one model. A server is given the same by its own command. */
    memoryShare: z.number().min(0).max(1),
    maxLength: z.int().positive().nullable(),
    sleep: z.boolean(),
    tensorParallel: z.int().positive(),
  }),
  /** How often the groups of a step whose completions all earn the same are drawn anew, at most; 0: never. */
  redraws: z.int().nonnegative(),
  /** Questions whose greedy answers are rewarded at `stopAt`, told as `validation_reward`; absent: none. */
  validation: rowsSchema.exactOptional(),
  /** Unix socket that answers `POST /rewards` (`rewardRequestSchema`); rank 0 asks for all ranks. */
  rewardSocket: path,
  /** Reward components, in the order in which they are logged. */
  rewardNames: z.array(z.string()).min(1),
});
export type GrpoJob = z.infer<typeof grpoJobSchema>;

/** The jobs that save their state and go on from it, which train stages; the others begin anew. */
const stretchJobs = [sftJobSchema, grpoJobSchema, distillJobSchema, sorebJobSchema] as const;
export type StretchJob = z.infer<(typeof stretchJobs)[number]>;
export type ResumableJob = StretchJob['job'];
export const resumableJobs: readonly ResumableJob[] = stretchJobs.map(({ shape }) => shape.job.value);

/**
 * Generation by Transformers with the adapter unmerged: one JSON line `GeneratedRow` per row in `output/generated.jsonl`,
 * whole batches at a time, each there when its progress is told.
 */
export const generateJobSchema = z.strictObject({
  ...commonSchema,
  job: z.literal('generate'),
  adapter: path.nullable(),
  data: rowsSchema,
  batchSize: z.int().positive(),
  maxNewTokens: z.int().positive(),
  /** Absent or 0: greedy. Above it each row is sampled by its own seed. */
  temperature: z.number().min(0).optional(),
});
export type GenerateJob = z.infer<typeof generateJobSchema>;

/** Export to ONNX with the adapter unmerged, one vision graph for each image grid (in 14-pixel patches). */
export const exportOnnxJobSchema = z.strictObject({
  ...commonSchema,
  job: z.literal('export-onnx'),
  adapter: path.nullable(),
  /** [height, width] in pixels of every image size that will be asked for. */
  imageSizes: z.array(z.tuple([z.int().positive(), z.int().positive()])).min(1),
});
export type ExportOnnxJob = z.infer<typeof exportOnnxJobSchema>;

/** A model of its own out of base and adapter, in `output`, its weights in `precision`. */
export const mergeJobSchema = z.strictObject({ ...commonSchema, job: z.literal('merge'), adapter: path });
export type MergeJob = z.infer<typeof mergeJobSchema>;

/** Export of the vision tower as an encoder of square pictures: `encoder.onnx`, and its settings as `encoder.json`. */
const encoderJob = { job: z.literal('export-encoder'), side: z.int().positive() };
export const exportEncoderJobSchema = z.strictObject({ ...commonSchema, ...encoderJob });
export type ExportEncoderJob = z.infer<typeof exportEncoderJobSchema>;

/**
 * Builds the tiny base model from a config: the tokenizer has one token for each phrase of `lexicon`, the weights are
 * trained on `data` in the order of its rows. `output` then holds a model in Hugging Face layout.
 */
export const buildBackboneJobSchema = z.strictObject({
  ...commonSchema,
  model: z.null(),
  job: z.literal('build-backbone'),
  lexicon: z.array(z.string()).min(1),
  data: rowsSchema,
  steps: z.int().positive(),
  batchSize: z.int().positive(),
  learningRate: z.number().positive(),
});
export type BuildBackboneJob = z.infer<typeof buildBackboneJobSchema>;

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
