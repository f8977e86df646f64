/**
 * Ways through the trainer that depend on machines and on what the libraries can do: where each was run so far, and which
 * are refused before anything starts, for the versions that are locked.
 */
import { userMistake } from '../failures.ts';
import type { RolloutEngine } from '../jobs/grpo.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { TrainedStage } from '../stages/index.ts';
import { loraOf } from '../stages/stage-row.ts';

/** Versions in `trainer/requirements.txt` for which the refusals below were read in the sources; a test compares them. */
export const judgedVersions = { accelerate: '1.15.0', transformers: '5.23.0', trl: '1.16.0' } as const;

/** With what paths were run on a GPU so far; docs/first-gpu-run.md has what was measured, and what was not run. */
const gpuRun = 'one NVIDIA H100 80GB, torch 2.11.0, transformers 5.23.0, trl 1.16.0, peft 0.21.2';

/** Where trainers run, as far as paths depend on it; `TrainerPlace` of platform/env.ts is one. */
export interface TrainerLayout {
  /** On each machine. */
  processes: number;
  machines: number;
  sharding: string;
  attention: string;
}

/** What a run asks of the trainer, whatever its method. */
export interface Uses {
  model: RecipeParts['model'];
  stages: readonly TrainedStage[];
}

interface Path {
  name: string;
  /** Machines on which it was run: a CPU by the tests that `by` names, a GPU by `gpuRun`. */
  ran: 'CPU' | 'CPU, GPU' | 'never';
  /** The test that runs it, and what stands in for what a CPU lacks. */
  by: string;
  /**
   * Why it is refused and what to do instead; null where it is open. `part` is the part of the recipe by which a stage uses
   * it, e.g. `lora`.
   */
  refusal: string | ((part: string) => string) | null;
  partIn?(run: Uses | null): string;
  isUsed(place: TrainerLayout, run: Uses | null): boolean;
}

/** Whether one process on one machine trains. */
export const isSingle = ({ processes, machines }: Pick<TrainerLayout, 'processes' | 'machines'>): boolean =>
  processes * machines === 1;
const shards =
  (sharding: string) =>
  (place: TrainerLayout): boolean =>
    !isSingle(place) && place.sharding === sharding;
type IsSo = (stage: TrainedStage) => boolean;
const trains =
  (isSo: IsSo) =>
  (_: TrainerLayout, run: Uses | null): boolean =>
    run?.stages.some(isSo) === true;
/** Where a stage says it, else where recipes customarily do. */
type PartOf = (stage?: TrainedStage) => string;
const weightsOf: PartOf = (stage) => stage?.weights.setting ?? 'lora';
const rolloutsOf: PartOf = (stage) => stage?.rollouts?.setting ?? 'grpo';
/** With the part by which the first such stage is so. */
const by = (isSo: IsSo, partOf: PartOf): Pick<Path, 'isUsed' | 'partIn'> => ({
  isUsed: trains(isSo),
  partIn: (run) => partOf(run?.stages.find(isSo)),
});
const shardsWith = (isSo: IsSo, partOf: PartOf): Pick<Path, 'isUsed' | 'partIn'> => ({
  ...by(isSo, partOf),
  isUsed: (place, run) => shards('fsdp')(place) && trains(isSo)(place, run),
});
const samples = (engine: RolloutEngine) => by(({ rollouts }) => rollouts?.engine === engine, rolloutsOf);
const distils: IsSo = ({ job }) => job === 'distill';
const open = { refusal: null };

export const paths: readonly Path[] = [
  { name: 'one process, fp32', ran: 'CPU, GPU', by: 'trainer/tests/test_resume.py', ...open, isUsed: usesFp32 },
  {
    name: 'bf16 (base bf16, adapter fp32, autocast)',
    ...{ ran: 'CPU, GPU', by: 'trainer/tests/test_precision.py', ...open },
    isUsed: (_, run) => run?.model.precision === 'bf16',
  },
  {
    name: 'gradient checkpointing',
    ...{ ran: 'CPU, GPU', by: 'trainer/tests/test_precision.py', ...open },
    // A distillation's base keeps nothing for a gradient in any case.
    isUsed: trains((stage) => stage.gradientCheckpointing && !distils(stage)),
  },
  { name: 'ddp', ran: 'CPU', by: 'trainer/tests/test_distributed.py, gloo', ...open, isUsed: shards('ddp') },
  {
    name: 'several machines',
    ...{ ran: 'CPU', by: 'test/integration/training/launch.test.ts, two launches on one machine', ...open },
    isUsed: ({ machines }) => machines > 1,
  },
  {
    name: 'fsdp',
    ...{ ran: 'CPU', by: 'trainer/tests/test_fsdp.py, gloo, Accelerate made to shard on a CPU', ...open },
    isUsed: shards('fsdp'),
  },
  {
    name: 'fsdp, whole weights',
    ...{ ran: 'never', by: '' },
    refusal: (part) =>
      `${part} is null and DERMFLOW_TRAINER_SHARDING is fsdp: sharded checkpoints hold adapters, which there are none of; ` +
      `take ddp, or give ${part}`,
    ...shardsWith(({ weights }) => loraOf(weights) === null, weightsOf),
  },
  {
    name: 'fsdp, base in four bits',
    ...{ ran: 'never', by: '' },
    refusal: (part) =>
      `${part}.quantise is set and DERMFLOW_TRAINER_SHARDING is fsdp: FSDP 2 shards parameters of floating point, and four ` +
      `bits are stored as whole numbers; take ddp, or remove ${part}.quantise`,
    ...shardsWith(({ weights }) => loraOf(weights)?.quantise !== undefined, weightsOf),
  },
  {
    name: 'fsdp, validation of GRPO',
    ...{ ran: 'never', by: '' },
    refusal: (part) =>
      `${part}.validation is set and DERMFLOW_TRAINER_SHARDING is fsdp: ranks without a question left would not take part in ` +
      `the forward passes of the others; take ddp, or remove ${part}.validation`,
    ...shardsWith(({ rollouts }) => rollouts?.validates === true, rolloutsOf),
  },
  {
    name: 'dual distillation',
    ...{ ran: 'CPU', by: 'trainer/tests/test_distillation.py, two processes by gloo', ...open },
    isUsed: trains(distils),
  },
  {
    name: 'dual distillation, sharded',
    ...{ ran: 'never', by: '' },
    refusal:
      "DERMFLOW_TRAINER_SHARDING shards the model: a distillation's base is frozen and whole on each device, and its " +
      'adapters are no parts of it; take ddp',
    isUsed: (place, run) => trains(distils)(place, run) && !isSingle(place) && place.sharding !== 'ddp',
  },
  {
    name: "DermEval's SOREB",
    ...{ ran: 'CPU', by: 'trainer/tests/test_soreb.py', ...open },
    isUsed: trains(({ job }) => job === 'soreb'),
  },
  { name: 'zero-2', ran: 'never', by: 'its configuration is read by Accelerate', ...open, isUsed: shards('zero-2') },
  {
    name: 'zero-3',
    ran: 'never',
    by: '',
    refusal:
      `DERMFLOW_TRAINER_SHARDING is zero-3: with TRL ${judgedVersions.trl} and Transformers ${judgedVersions.transformers} ` +
      'an adapter that is put on the base outside TRL stays in fp32 beside a bf16 base, which DeepSpeed cannot gather ' +
      '(TRL issue 6089), and no checkpoint of it was ever resumed; take fsdp, or ddp where the base fits one GPU',
    isUsed: shards('zero-3'),
  },
  { name: 'attention sdpa', ran: 'CPU, GPU', by: 'trainer/tests/test_grpo.py', ...open, isUsed: attends('sdpa') },
  {
    name: 'attention eager',
    ...{ ran: 'CPU', by: 'test/integration/training/numerics.test.ts', ...open },
    isUsed: attends('eager'),
  },
  {
    name: 'attention flash_attention_2',
    ...{ ran: 'never', by: 'a job without the package is refused', ...open },
    isUsed: attends('flash_attention_2'),
  },
  {
    name: 'rollouts transformers',
    ...{ ran: 'CPU, GPU', by: 'trainer/tests/test_grpo.py', ...open },
    ...samples('transformers'),
  },
  {
    name: 'rollouts vllm-server',
    ...{ ran: 'never', by: 'trainer/tests/test_vllm.py runs the trainer against a stand-in for vLLM', ...open },
    ...samples('vllm-server'),
  },
  {
    name: 'rollouts vllm-colocated',
    ran: 'never',
    by: '',
    refusal: (part) =>
      `${part}.rollouts is "vllm-colocated": TRL ${judgedVersions.trl} hands a vLLM on the same GPUs prompts whose image ` +
      'tokens are expanded already together with the image, and vLLM expands them again (TRL issue 6294, open); take ' +
      '"vllm-server" with a server on GPUs of its own, or "transformers"',
    ...samples('vllm-colocated'),
  },
  {
    name: 'base model from the hub',
    ...{ ran: 'CPU', by: 'trainer/tests/test_hub.py, against a hub on this machine', ...open },
    isUsed: (_, run) => run !== null && /^[\w.-]+\/[\w.-]+(@.+)?$/.test(run.model.base),
  },
];

function usesFp32(place: TrainerLayout, run: Uses | null): boolean {
  return isSingle(place) && run?.model.precision === 'fp32';
}

function attends(attention: string): (place: TrainerLayout) => boolean {
  return (place) => place.attention === attention;
}

/**
 * Throws a user's mistake, a line for each path that is refused of those that this place and this run take.
 *
 * @param run null: of the place alone
 */
export function requireOpenPaths(place: TrainerLayout, run: Uses | null): void {
  const refusals = paths.filter((path) => path.isUsed(place, run)).flatMap((path) => refusalOf(path, run) ?? []);
  if (refusals.length > 0) throw userMistake(refusals.join('\n'));
}

const refusalOf = ({ refusal, partIn }: Path, run: Uses | null): string | null =>
  typeof refusal === 'function' ? refusal(partIn?.(run) ?? '') : refusal;

interface PathRow {
  name: string;
  used: boolean;
  cpu: boolean;
  gpu: boolean;
  by: string;
  refusal: string | null;
}

/** What `dermflow plan` says of each path. */
export const pathRows = (place: TrainerLayout, run: Uses): PathRow[] =>
  paths.map((path) => ({
    ...{ name: path.name, used: path.isUsed(place, run), cpu: path.ran !== 'never', gpu: path.ran === 'CPU, GPU' },
    ...{ by: path.by, refusal: refusalOf(path, run) },
  }));

const nameWidth = 42;

/** A line for each path, those of this run marked by a star. */
export function describePaths(rows: readonly PathRow[]): string {
  const lines = rows.map(({ name, used, cpu, gpu, by, refusal }) => {
    const where = [cpu ? 'CPU' : null, gpu ? 'GPU' : null].filter((machine) => machine !== null).join(', ') || 'never';
    const state = refusal === null ? where : 'refused';
    return `${used ? '*' : ' '} ${name.padEnd(nameWidth)} ${state.padEnd(8)} ${by}`.trimEnd();
  });
  return `paths, * this run's; run so far on\n${lines.join('\n')}\nGPU: ${gpuRun}; docs/first-gpu-run.md`;
}
