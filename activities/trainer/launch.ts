/**
 * How a trainer of several processes is started: `accelerate launch` with a configuration of its own beside the job, so
 * that nothing on the machine (`~/.cache/huggingface/accelerate`) decides. On more than one machine the folder of the job
 * must be shared among them.
 */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { userMistake } from '../../domain/failures.ts';
import { isSingle } from '../../domain/plan/paths.ts';
import type { TrainerPlace } from '../../platform/env.ts';
import { type Command, trainerCommand } from './command.ts';

type Launch = Pick<TrainerPlace, 'processes' | 'sharding' | 'machines' | 'mainAddress' | 'launcher'>;

/** Writes what the command needs beside the job and returns the command. */
export async function prepareLaunch(python: string, job: string, launch: Launch): Promise<Command> {
  if (isSingle(launch)) return trainerCommand(python, job);
  const config = join(dirname(job), 'accelerate.json');
  await writeFile(config, `${JSON.stringify(accelerateConfig(launch), null, 2)}\n`);
  return launchCommand(python, job, config, launch);
}

export function launchCommand(python: string, job: string, config: string, launch: Launch): Command {
  const options = ['--config_file', config, '-m', 'dermflow_trainer', job];
  if (launch.machines === 1) return { file: python, args: ['-m', 'accelerate.commands.launch', ...options] };
  const [file = 'sh', ...args] = [...launch.launcher, 'sh', '-c', onEachMachine, python, ...options];
  return { file, args };
}

/** The same line on every machine; each one knows its rank by its own environment. */
const onEachMachine =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell of each machine puts its own values in
  'exec "$0" -m accelerate.commands.launch --machine_rank "${DERMFLOW_TRAINER_MACHINE_RANK:-${SLURM_NODEID:-0}}" "$@"';

/** A configuration as `accelerate config` writes it. */
export function accelerateConfig({ processes, sharding, machines, mainAddress }: Launch): Record<string, unknown> {
  const [host, port] = machines === 1 ? [null, 0] : splitAddress(mainAddress);
  return {
    compute_environment: 'LOCAL_MACHINE',
    num_machines: machines,
    num_processes: processes * machines,
    machine_rank: 0,
    main_process_ip: host,
    main_process_port: port,
    same_network: true,
    rdzv_backend: 'static',
    main_training_function: 'main',
    // Precision and threads are the job's.
    mixed_precision: 'no',
    use_cpu: false,
    ...shardingConfig[sharding],
  };
}

function splitAddress(address: string): [string, number] {
  const [host, port] = address.split(':');
  if (host && port) return [host, Number(port)];
  throw userMistake('environment: DERMFLOW_TRAINER_MAIN_ADDRESS is missing: give host:port of this machine');
}

const deepspeed = {
  deepspeed_multinode_launcher: 'standard',
  offload_optimizer_device: 'none',
  offload_param_device: 'none',
};

/** Data parallel; or parameters in shards by PyTorch; or gradients and optimiser state (2), and parameters (3), by DeepSpeed. */
const shardingConfig: Record<Launch['sharding'], Record<string, unknown>> = {
  ddp: { distributed_type: 'MULTI_GPU' },
  fsdp: {
    distributed_type: 'FSDP',
    fsdp_config: {
      fsdp_version: 2,
      fsdp_reshard_after_forward: true,
      fsdp_auto_wrap_policy: 'TRANSFORMER_BASED_WRAP',
      // Which layers those are the trainer finds in the model (trainer/dermflow_trainer/base_model/sharding.py).
      fsdp_state_dict_type: 'SHARDED_STATE_DICT',
      fsdp_cpu_ram_efficient_loading: true,
      fsdp_offload_params: false,
    },
  },
  'zero-2': {
    distributed_type: 'DEEPSPEED',
    deepspeed_config: { ...deepspeed, zero_stage: 2, zero3_init_flag: false },
  },
  'zero-3': {
    distributed_type: 'DEEPSPEED',
    deepspeed_config: { ...deepspeed, zero_stage: 3, zero3_init_flag: true, zero3_save_16bit_model: true },
  },
};
