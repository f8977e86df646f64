import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identifyModel } from '../../../activities/trainer/base-model.ts';
import { modelPath } from '../../../activities/trainer/model-folders.ts';
import { createTrainingActivities } from '../../../activities/training/activities.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { allKnown } from '../../support/all-known.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { silent } from '../../support/finished-run.ts';
import { demoRecipe } from '../../support/recipes.ts';

const commit = 'c'.repeat(40);
const recipe = demoRecipe();
const withGrpo = (grpo: Partial<SkinR1Recipe['grpo']>): SkinR1Recipe => ({
  ...recipe,
  grpo: { ...recipe.grpo, ...grpo },
});
const runOf = (of: SkinR1Recipe = recipe, variables: Record<string, string> = {}) => ({
  place: readEnvironment(variables).trainer,
  recipe: of,
});

/** A program in Python's place that notes what it is asked and gives this answer. */
async function answering(answer: object) {
  const folder = await temporaryFolder();
  const [python, asked] = [join(folder, 'python'), join(folder, 'asked')];
  await writeFile(python, `#!/bin/sh\nprintf '%s' "$3" >> ${asked}\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
  await chmod(python, 0o755);
  return { python, asked: async (): Promise<unknown> => JSON.parse(await readFile(asked, 'utf8')) };
}

async function modelFolder(config: object): Promise<string> {
  const folder = join(await temporaryFolder(), 'model');
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

describe('a model of the hub', () => {
  it.each(['owner/name', 'owner/name@main', 'owner/name@refs/pr/4'])(
    '%s is the commit that it stands for now',
    async (base) => {
      const { python, asked } = await answering({ model: `owner/name@${commit}`, type: 'qwen2_5_vl' });
      const model = await identifyModel(base, { python, run: runOf() });
      expect(model).toEqual({ base: `owner/name@${commit}`, sha256: digestOf(`hub:owner/name@${commit}`) });
      expect(await asked()).toEqual({ model: base, needs: [] });
    },
  );

  it('is refused in the words of the hub, or waited for', async () => {
    const problem = 'model.base: the hub shows no model owner/name';
    for (const [transient, type] of [
      [false, failureTypes.userMistake],
      [true, failureTypes.unavailable],
    ] as const) {
      const { python } = await answering({ problem, transient });
      await expect(identifyModel('owner/name', { python, run: null })).rejects.toMatchObject({
        type,
        message: problem,
      });
    }
  });

  it('is not taken from an answer that is none', async () => {
    const { python } = await answering([]);
    await expect(identifyModel('owner/name', { python, run: null })).rejects.toMatchObject({
      type: failureTypes.unavailable,
    });
  });
});

describe('a gpu worker of several machines', () => {
  it.each([
    [{}, 'MAIN_ADDRESS'],
    [{ DERMFLOW_TRAINER_MAIN_ADDRESS: 'one:29500' }, 'LAUNCHER'],
  ])('that cannot start or find the others says so first: %j', async (more, lacks) => {
    const run = runOf(recipe, { DERMFLOW_TRAINER_MACHINES: '2', ...more });
    await expect(identifyModel('tiny', { python: 'python', run })).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining(
        `DERMFLOW_TRAINER_MACHINES is 2 on this gpu worker, but DERMFLOW_TRAINER_${lacks}`,
      ),
    });
  });
});

describe('a folder', () => {
  it('is known by its bytes, wherever it lies', async () => {
    const [one, two] = [
      await modelFolder({ model_type: 'qwen2_5_vl' }),
      await modelFolder({ model_type: 'qwen2_5_vl' }),
    ];
    const [first, second] = await Promise.all(
      [one, two].map((base) => identifyModel(base, { python: 'none', run: null })),
    );
    expect(first?.sha256).toBe(second?.sha256);
    expect(first?.base).toBe(one);
  });

  it('in the home of the user is found there; that of another user is not looked for', async () => {
    expect(modelPath({ base: '~/models/qwen', sha256: '' })).toBe(join(homedir(), 'models/qwen'));
    await expect(identifyModel('~/no/such/model', { python: 'none', run: null })).rejects.toThrow(
      'there is no folder ~/no',
    );
    await expect(identifyModel('~other/qwen', { python: 'none', run: null })).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: 'model.base: ~other/qwen: give the whole path of the folder',
    });
  });

  it('without a configuration is no model', async () => {
    await expect(identifyModel(await temporaryFolder(), { python: 'none', run: null })).rejects.toThrow(
      'has no config.json',
    );
  });

  it('of another architecture has no ONNX export, which is told before anything begins', async () => {
    const folder = await modelFolder({ model_type: 'llava' });
    await expect(identifyModel(folder, { python: 'none', run: runOf() })).rejects.toThrow(
      `evaluation.runtime is "onnx": only models of type qwen2_5_vl can be exported, and ${recipe.model.base} is of type llava; take "transformers"`,
    );
    const transformers = { ...recipe, evaluation: { ...recipe.evaluation, runtime: 'transformers' as const } };
    expect((await identifyModel(folder, { python: 'none', run: runOf(transformers) })).base).toBe(resolve(folder));
  });
});

it('a gpu worker whose sharding is refused does not start', () => {
  const variables = { DERMFLOW_TRAINER_PROCESSES: '2', DERMFLOW_TRAINER_SHARDING: 'zero-3' };
  const start = () =>
    createTrainingActivities({ store: allKnown().store, environment: readEnvironment(variables), logger: silent });
  expect(start).toThrow('DERMFLOW_TRAINER_SHARDING is zero-3');
});

describe('what a gpu worker cannot do is refused before the run begins', () => {
  const refusal = (of: SkinR1Recipe, variables: Record<string, string> = {}) =>
    identifyModel('tiny', { python: 'none', run: runOf(of, variables) });

  it.each([
    ['a path that is refused', withGrpo({ rollouts: 'vllm-colocated' }), {}, /^grpo\.rollouts is "vllm-colocated"/],
    ['a server without an address', withGrpo({ rollouts: 'vllm-server' }), {}, /set DERMFLOW_VLLM_SERVER/],
    [
      'batches that do not divide',
      withGrpo({ perDeviceBatchSize: 32 }),
      { DERMFLOW_TRAINER_PROCESSES: '4' },
      /^sft\.perDeviceBatchSize is 16: on the 4 devices of this gpu worker it does not divide the 16 sequences/,
    ],
  ])('%s', async (_, of, variables, words) => {
    await expect(refusal(of, variables)).rejects.toMatchObject({ type: failureTypes.userMistake });
    await expect(refusal(of, variables)).rejects.toThrow(words);
  });

  it('the trainer is asked for the packages of all that run and environment name', async () => {
    const { python, asked } = await answering({ problem: 'grpo.rollouts: vllm is not installed', transient: false });
    const variables = {
      DERMFLOW_TRAINER_PROCESSES: '2',
      DERMFLOW_TRAINER_SHARDING: 'zero-2',
      DERMFLOW_TRAINER_ATTENTION: 'flash_attention_2',
      DERMFLOW_TRAINER_TRACKING: 'wandb',
      DERMFLOW_VLLM_SERVER: 'http://127.0.0.1:8000',
    };
    const lora = { rank: 4, alpha: 8, dropout: 0, quantise: 'nf4' as const };
    const of = { ...withGrpo({ rollouts: 'vllm-server' }), lora, sft: { ...recipe.sft, perDeviceBatchSize: 8 } };
    await expect(identifyModel('tiny', { python, run: runOf(of, variables) })).rejects.toThrow('vllm is not installed');
    expect(await asked()).toMatchObject({
      model: null,
      needs: ['flash_attn', 'wandb', 'deepspeed', 'bitsandbytes', 'vllm'].map((module) => ({ module })),
    });
  });

  it('asks nothing of the trainer for what it always has', async () => {
    expect((await identifyModel('tiny', { python: 'none', run: runOf() })).base).toBe('tiny');
  });
});
