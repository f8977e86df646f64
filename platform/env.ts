/**
 * The environment: where things run. Parsed once in a process and passed on; inside, values are trusted. How Temporal is
 * reached (`TEMPORAL_NAMESPACE`, TLS, API key) is read by `@temporalio/envconfig`, credentials of S3 by the AWS SDK's own
 * chain.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { userMistake } from '../domain/failures.ts';
import { attentions, trackers } from '../domain/jobs/common.ts';
import type { LlmSettings } from '../domain/llm-settings.ts';
import { llmPlaceVariables, llmSettings, llmVariables } from './env-llm.ts';
import { lifelineVariable } from './lifeline.ts';
import { hostAndPort, httpAddress, inWords, port, setVariables, shownValue, withHome } from './variables/values.ts';

export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** As in trainer/dermflow_trainer/forking. */
export const trainerServerVariable = 'DERMFLOW_TRAINER_SERVER';

export const shardings = ['ddp', 'fsdp', 'zero-2', 'zero-3'] as const;

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const flags = ['true', 'false', '1', '0'] as const;

const hasNoUser = (address: string): boolean => {
  const url = URL.parse(address);
  return url === null || (url.username === '' && url.password === '');
};

const schema = z.object({
  /** Local services' data, installed tools, scratch space. */
  DERMFLOW_HOME: z.string().default(resolve(repositoryRoot, '.dermflow')),
  DERMFLOW_S3_ENDPOINT: httpAddress
    .refine(hasNoUser, 'credentials stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
    .optional(),
  DERMFLOW_S3_REGION: z
    .string()
    .regex(/^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i, 'expected a region like us-east-1')
    .default('us-east-1'),
  /** A name, or that of an access point of AWS. */
  DERMFLOW_S3_BUCKET: z
    .string()
    .regex(/^(?:arn:\S+|[^\s/]{3,})$/, 'expected the name of a bucket')
    .default('dermflow'),
  /** Whether the bucket stands in the path or in the host name of an address; not set: in the path, and AWS's own for AWS. */
  DERMFLOW_S3_ADDRESSING: z.enum(['path', 'virtual']).optional(),
  ...llmVariables,
  /** Trainer processes that one gpu worker runs at a time. */
  DERMFLOW_GPU_SLOTS: z.coerce.number().int().positive().default(1),
  /** Accelerators that one trainer uses on each of its machines; more than one starts it under `accelerate launch`. */
  DERMFLOW_TRAINER_PROCESSES: z.coerce.number().int().positive().default(1),
  /** How parameters, gradients and optimiser state are shared among them. */
  DERMFLOW_TRAINER_SHARDING: z.enum(shardings).default('ddp'),
  DERMFLOW_TRAINER_MACHINES: z.coerce.number().int().positive().default(1),
  /** `host:port` of this machine as the others reach it; needed for more than one. */
  DERMFLOW_TRAINER_MAIN_ADDRESS: hostAndPort.optional(),
  /** Command before the trainer's that starts it once on every machine, e.g. `srun --ntasks-per-node=1`. */
  DERMFLOW_TRAINER_LAUNCHER: z
    .string()
    .regex(/^[^"']*$/, 'quotes are not read; give the path of a script')
    .default('')
    .transform(wordsOf),
  DERMFLOW_TRAINER_ATTENTION: z.enum(attentions).default('sdpa'),
  /** Separated by spaces. */
  DERMFLOW_TRAINER_TRACKING: z
    .string()
    .default('')
    .transform(wordsOf)
    .pipe(z.array(z.enum(trackers))),
  /** Address of `trl vllm-serve`, for recipes with `grpo.rollouts: vllm-server`. */
  DERMFLOW_VLLM_SERVER: httpAddress.optional(),
  /** Share of an accelerator's memory that vLLM takes. */
  DERMFLOW_VLLM_MEMORY_SHARE: z.coerce.number().min(0).max(1).default(0.3),
  /** Longest prompt and completion together, in tokens; not set: the model's own limit. */
  DERMFLOW_VLLM_MAX_LENGTH: z.coerce.number().int().positive().optional(),
  /** Accelerators among which vLLM splits the model. */
  DERMFLOW_VLLM_TENSOR_PARALLEL: z.coerce.number().int().positive().default(1),
  /** Whether a vLLM that shares the trainer's accelerators gives its memory back during the update. */
  DERMFLOW_VLLM_SLEEP: z.enum(['true', 'false']).default('false'),
  /** Socket of the process that forks trainers, which they read themselves; not set: none does. A local stack sets it. */
  [trainerServerVariable]: z.string().optional(),
  /** Program by which set-up makes Python's environments; not set: `python3`. */
  DERMFLOW_PYTHON: z.string().optional(),
  /** Python of the trainer's environment; not set: the one that set-up made below DERMFLOW_HOME. */
  DERMFLOW_TRAINER_PYTHON: z.string().optional(),
  /** Fast local disk for checkpoints and images; not set: DERMFLOW_HOME/scratch. */
  DERMFLOW_SCRATCH: z.string().optional(),
  /** For the completions of a step by a reward of one's own, in seconds. Three tries stay below the stall limit of 30 minutes. */
  DERMFLOW_REWARD_TIMEOUT: z.coerce.number().positive().max(500).default(300),
  /** Folder of rewards of one's own, which recipes may name; not set: `plugins` in the repository. */
  DERMFLOW_PLUGINS: z.string().optional(),
  /** Module of one's own, below DERMFLOW_PLUGINS, that changes payloads on their way to Temporal; not set: none. */
  DERMFLOW_PAYLOAD_CODEC: z.string().optional(),
  /** Secret with which orchestrator workers sign calls of nightly webhooks; not set: none is called. */
  DERMFLOW_WEBHOOK_SECRET: z.string().optional(),
  DERMFLOW_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  TEMPORAL_ADDRESS: z.string().optional(),
  // The library takes any other word, `TRUE` too, for false, and sends the key in the clear.
  TEMPORAL_TLS: z.enum(flags).optional(),
  TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: z.enum(flags).optional(),
  /** Ports of the local services; by default those of the last time. */
  DERMFLOW_TEMPORAL_PORT: port.optional(),
  DERMFLOW_UI_PORT: port.optional(),
  DERMFLOW_S3_PORT: port.optional(),
  [lifelineVariable]: z.string().optional(),
});

/** Where and how trainers run; nothing here changes what they compute beyond rounding. */
export interface TrainerPlace {
  /** On each machine. */
  processes: number;
  sharding: (typeof shardings)[number];
  machines: number;
  mainAddress: string;
  launcher: string[];
  attention: (typeof attentions)[number];
  tracking: (typeof trackers)[number][];
  vllm: VllmPlace;
}

/** The vLLM that samples completions where a recipe's `grpo.rollouts` asks for it. */
interface VllmPlace {
  /** Address of `trl vllm-serve`. */
  server: string | null;
  memoryShare: number;
  /** In tokens; null: the model's own limit. */
  maxLength: number | null;
  tensorParallel: number;
  sleep: boolean;
}

export interface Environment {
  home: string;
  scratch: string;
  plugins: string;
  /** Path of the module; null: payloads are JSON. */
  payloadCodec: string | null;
  /** Null: none is set. */
  webhookSecret: string | null;
  /** In milliseconds. */
  rewardTimeoutMs: number;
  /** Program by which set-up makes Python's environments. */
  python: string;
  trainerPython: string;
  /** Whether a process forks trainers, so that none needs to stand by. */
  forksTrainers: boolean;
  logLevel: string;
  /** Undefined where nobody asked for one. */
  askedLogLevel: string | undefined;
  gpuSlots: number;
  trainer: TrainerPlace;
  /** Undefined: as `@temporalio/envconfig` finds it. */
  temporal: {
    address: string | undefined;
    /** At a local stack: neither key, certificate nor namespace of another Temporal counts. */
    local: boolean;
  };
  s3: {
    endpoint: string | undefined;
    region: string;
    bucket: string;
    addressing?: 'path' | 'virtual';
    /** Those of a local stack; absent: by the AWS SDK's own chain. */
    credentials?: { accessKeyId: string; secretAccessKey: string };
  };
  /** Ports that the local services are asked to listen on. */
  ports: { temporal?: number; ui?: number; s3?: number };
  /** Whether the process that started this one holds its stdin, and this one ends with it. */
  lifeline: boolean;
  llm: LlmSettings;
}

/**
 * Reads the environment; a bad value is one line that names the variable, its value and what is allowed. An empty one is
 * as if it were not set.
 */
export function readEnvironment(given: Record<string, string | undefined>): Environment {
  const variables = setVariables(given);
  const parsed = schema.safeParse(variables);
  const places = llmPlaceVariables.safeParse(variables);
  if (!parsed.success || !places.success) {
    throw userMistake(
      [parsed, places]
        .flatMap(({ error }) => error?.issues ?? [])
        .map(({ path: [first, ...field], message }) => {
          const name = String(first);
          const where = field.length === 0 ? '' : `${field.join('.')}: `;
          return `environment: ${name} is ${shownValue(name, variables[name])}: ${where}${inWords(message)}`;
        })
        .join('\n'),
    );
  }
  const e = parsed.data;
  const home = resolve(withHome(e.DERMFLOW_HOME));
  const plugins = resolve(withHome(e.DERMFLOW_PLUGINS ?? resolve(repositoryRoot, 'plugins')));
  return {
    home,
    scratch: resolve(withHome(e.DERMFLOW_SCRATCH ?? resolve(home, 'scratch'))),
    plugins,
    payloadCodec: e.DERMFLOW_PAYLOAD_CODEC === undefined ? null : resolve(plugins, withHome(e.DERMFLOW_PAYLOAD_CODEC)),
    webhookSecret: e.DERMFLOW_WEBHOOK_SECRET ?? null,
    rewardTimeoutMs: 1000 * e.DERMFLOW_REWARD_TIMEOUT,
    python: e.DERMFLOW_PYTHON ?? 'python3',
    trainerPython: withHome(e.DERMFLOW_TRAINER_PYTHON ?? resolve(home, 'python/bin/python')),
    forksTrainers: e[trainerServerVariable] !== undefined,
    logLevel: e.DERMFLOW_LOG_LEVEL ?? 'info',
    askedLogLevel: e.DERMFLOW_LOG_LEVEL,
    gpuSlots: e.DERMFLOW_GPU_SLOTS,
    trainer: {
      processes: e.DERMFLOW_TRAINER_PROCESSES,
      sharding: e.DERMFLOW_TRAINER_SHARDING,
      machines: e.DERMFLOW_TRAINER_MACHINES,
      mainAddress: e.DERMFLOW_TRAINER_MAIN_ADDRESS ?? '',
      launcher: e.DERMFLOW_TRAINER_LAUNCHER,
      attention: e.DERMFLOW_TRAINER_ATTENTION,
      tracking: e.DERMFLOW_TRAINER_TRACKING,
      vllm: {
        server: e.DERMFLOW_VLLM_SERVER ?? null,
        memoryShare: e.DERMFLOW_VLLM_MEMORY_SHARE,
        maxLength: e.DERMFLOW_VLLM_MAX_LENGTH ?? null,
        tensorParallel: e.DERMFLOW_VLLM_TENSOR_PARALLEL,
        sleep: e.DERMFLOW_VLLM_SLEEP === 'true',
      },
    },
    temporal: { address: e.TEMPORAL_ADDRESS, local: e[lifelineVariable] === '1' },
    s3: {
      endpoint: e.DERMFLOW_S3_ENDPOINT,
      region: e.DERMFLOW_S3_REGION,
      bucket: e.DERMFLOW_S3_BUCKET,
      ...(e.DERMFLOW_S3_ADDRESSING ? { addressing: e.DERMFLOW_S3_ADDRESSING } : {}),
    },
    ports: {
      ...(e.DERMFLOW_TEMPORAL_PORT ? { temporal: e.DERMFLOW_TEMPORAL_PORT } : {}),
      ...(e.DERMFLOW_UI_PORT ? { ui: e.DERMFLOW_UI_PORT } : {}),
      ...(e.DERMFLOW_S3_PORT ? { s3: e.DERMFLOW_S3_PORT } : {}),
    },
    lifeline: e[lifelineVariable] === '1',
    llm: llmSettings(e, places.data),
  };
}
