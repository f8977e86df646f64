/** GRPO: the policy samples, and rewards are asked for over a socket. */
import { z } from 'zod';
import { path, rowsSchema, trainingSchema } from './common.ts';

/**
 * The gradient of Eq. 4's KL term. `k3`: of the k3 estimator itself, as the released code has it. `importance-corrected`:
 * of k3 weighted by the importance ratio, TRL 1.16's default; the logged loss is the same on-policy.
 */
export const klGradients = ['k3', 'importance-corrected'] as const;
export const rolloutEngines = ['transformers', 'vllm-colocated', 'vllm-server'] as const;
export type RolloutEngine = (typeof rolloutEngines)[number];

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
  /** How often the groups of a step whose completions all earn the same are drawn again, at most; 0: never. */
  redraws: z.int().nonnegative(),
  /** Questions whose greedy answers are rewarded at `stopAt`, logged as `validation_reward`; absent: none. */
  validation: rowsSchema.exactOptional(),
  /** Unix socket that answers `POST /rewards` (`rewardRequestSchema`); rank 0 asks for all ranks. */
  rewardSocket: path,
  /** Reward components, in the order in which they are logged. */
  rewardNames: z.array(z.string()).min(1),
});
export type GrpoJob = z.infer<typeof grpoJobSchema>;
