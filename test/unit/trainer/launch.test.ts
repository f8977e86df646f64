import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accelerateConfig, launchCommand, prepareLaunch } from '../../../activities/trainer/launch.ts';
import { readEnvironment, shardings } from '../../../platform/env.ts';

const place = (variables: Record<string, string> = {}) => readEnvironment(variables).trainer;
const twoMachines = {
  DERMFLOW_TRAINER_PROCESSES: '4',
  DERMFLOW_TRAINER_MACHINES: '2',
  DERMFLOW_TRAINER_MAIN_ADDRESS: 'gpu-0:29500',
};

describe('the configuration of accelerate', () => {
  // `npm run test:trainer` has accelerate itself read these files.
  it.each(shardings)('%s on two accelerators', async (sharding) => {
    const config = accelerateConfig({ ...place({ DERMFLOW_TRAINER_PROCESSES: '2' }), sharding });
    await expect(`${JSON.stringify(config, null, 2)}\n`).toMatchFileSnapshot(`golden/${sharding}.json`);
  });

  it('counts the processes of all machines', () => {
    expect(accelerateConfig(place(twoMachines))).toMatchObject({
      num_machines: 2,
      num_processes: 8,
      main_process_ip: 'gpu-0',
      main_process_port: 29500,
    });
  });

  it('needs an address for more than one machine', () => {
    expect(() => accelerateConfig(place({ DERMFLOW_TRAINER_MACHINES: '2' }))).toThrow('DERMFLOW_TRAINER_MAIN_ADDRESS');
  });
});

describe('the command', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'launch-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is the trainer alone for one process', async () => {
    const command = await prepareLaunch('python', join(folder, 'job.json'), place());
    expect(command).toEqual({ file: 'python', args: ['-m', 'dermflow_trainer', join(folder, 'job.json')] });
  });

  it('is accelerate launch with a configuration beside the job for several', async () => {
    const launch = place({ DERMFLOW_TRAINER_PROCESSES: '2' });
    const { file, args } = await prepareLaunch('python', join(folder, 'job.json'), launch);
    const config = join(folder, 'accelerate.json');
    expect([file, ...args].join(' ')).toBe(
      `python -m accelerate.commands.launch --config_file ${config} -m dermflow_trainer ${folder}/job.json`,
    );
    expect(JSON.parse(await readFile(config, 'utf8'))).toEqual(accelerateConfig(launch));
  });

  it('goes through the launcher on several machines', async () => {
    const launcher = 'srun --ntasks-per-node=1 --kill-on-bad-exit=1';
    const launch = place({ ...twoMachines, DERMFLOW_TRAINER_LAUNCHER: launcher });
    const { file, args } = launchCommand('python', '/jobs/job.json', '/jobs/accelerate.json', launch);
    await expect(`${[file, ...args].join('\n')}\n`).toMatchFileSnapshot('golden/slurm-command.txt');
  });
});

describe('the environment', () => {
  it.each([
    ['DERMFLOW_TRAINER_SHARDING', 'zero-4'],
    ['DERMFLOW_TRAINER_MAIN_ADDRESS', 'gpu-0'],
    ['DERMFLOW_TRAINER_TRACKING', 'tensorboard comet'],
    ['DERMFLOW_TRAINER_ATTENTION', 'flash'],
    ['DERMFLOW_VLLM_SERVER', 'gpu-0'],
    ['DERMFLOW_VLLM_MEMORY_SHARE', '1.5'],
    ['DERMFLOW_VLLM_MAX_LENGTH', '0'],
    ['DERMFLOW_VLLM_TENSOR_PARALLEL', '1.5'],
    ['DERMFLOW_VLLM_SLEEP', 'yes'],
  ])('%s=%s is refused by its name', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(`environment: ${name}`);
  });

  it('reads what vLLM is given', () => {
    expect(place().vllm).toEqual({ server: null, memoryShare: 0.3, maxLength: null, tensorParallel: 1, sleep: false });
    const given = { DERMFLOW_VLLM_MAX_LENGTH: '2048', DERMFLOW_VLLM_TENSOR_PARALLEL: '2', DERMFLOW_VLLM_SLEEP: 'true' };
    expect(place(given).vllm).toMatchObject({ maxLength: 2048, tensorParallel: 2, sleep: true });
    expect(place({ DERMFLOW_VLLM_MAX_LENGTH: '' }).vllm.maxLength).toBeNull();
  });

  it('reads lists by spaces', () => {
    expect(place({ DERMFLOW_TRAINER_TRACKING: ' tensorboard  wandb ' }).tracking).toEqual(['tensorboard', 'wandb']);
    expect(place().tracking).toEqual([]);
  });
});
