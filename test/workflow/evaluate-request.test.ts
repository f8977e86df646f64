/** What `dermflow evaluate` makes of names of models: of a run as Temporal and the store know it, and of folders. */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { identifyLocal } from '../../activities/evaluation/tested-model.ts';
import { commitFiles, type FileSource } from '../../activities/store/commit.ts';
import { type EvaluateOptions, idOf, readRequest } from '../../cli/evaluate/request.ts';
import type { ArtifactKind, ArtifactRef } from '../../domain/artifact.ts';
import type { EvaluateModelsInput, TestedModel } from '../../domain/contracts/benchmarks.ts';
import type { StretchResult } from '../../domain/contracts/training.ts';
import { failureTypes } from '../../domain/failures.ts';
import { checkpointKey } from '../../domain/names.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { createGate, evaluation, type Faked, reference } from '../support/fake-activities.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { smallRecipe } from '../support/recipes.ts';
import { resultOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const store = createMemoryStore();
const commit = (
  kind: ArtifactKind,
  key: string,
  inputs: Record<string, string> = {},
  files: Record<string, FileSource> = {},
): Promise<ArtifactRef> => commitFiles(store, { kind, key, method: 'test/1', inputs, params: {}, facts: {} }, files);

const weights = (text: string): Record<string, FileSource> => ({
  'adapter_model.safetensors': { data: text },
  'adapter_config.json': { data: JSON.stringify({ r: 64, base_model_name_or_path: '/models/tiny' }) },
  'optimizer.pt': { data: 'of no use here' },
});
async function train(stage: string, step: number): Promise<StretchResult> {
  const ref = await commit('checkpoint', checkpointKey(stage, step), {}, weights(`${stage} ${step}`));
  return { checkpoint: { ...ref, step }, metrics: reference('metrics', stage), last: {} };
}

/** Real manifests, so that what a run leaves can be followed. */
const storing: Partial<Faked> = {
  prepareData: async () => {
    const dataset = await commit('dataset', 'split');
    const counts = { train: 60, validation: 20, test: 20, textbook: 16, quarantined: 0 };
    const questions = await commit('questions', 'all', { dataset: dataset.sha256 });
    return { dataset, textbook: reference('dataset', 'textbook'), questions, counts };
  },
  trainSft: ({ epoch }) => train('sft', 2 * epoch),
  trainGrpo: ({ sft, stopAt }) => train(sft ? 'grpo' : 'rl-only', stopAt),
  exportAdapter: ({ checkpoint }) => commit('adapter', 'final', { checkpoint: checkpoint.sha256 }, weights('grpo 40')),
  evaluateModel: async ({ label, checkpoint, questions, model, image }) => ({
    ...evaluation(label, checkpoint?.step ?? null),
    evaluation: await commit('evaluation', `${label}-${image}`, {
      ...{ model: model.sha256, questions: questions.sha256 },
      ...(checkpoint ? { checkpoint: checkpoint.sha256 } : {}),
    }),
  }),
};

const options = (more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  ...{ benchmark: ['id-diagnosis'], samples: 1, image: true, reader: 'strict' },
  ...more,
});
const ask = (names: string[], more: Partial<EvaluateOptions> = {}): Promise<EvaluateModelsInput> => {
  const { client } = runs.environment;
  return readRequest(names, options(more), {
    ...{ client, store: async () => store, workers: true },
    environment: { scratch: tmpdir() },
  });
};
const labels = ({ models }: EvaluateModelsInput): string[] => models.map(({ label }) => label);
const mistake = (words: string) => ({ type: failureTypes.userMistake, message: expect.stringContaining(words) });

describe('a finished run', () => {
  const run = 'finished';
  beforeAll(async () => {
    await resultOf(await runs.start(storing, undefined, run));
  });

  it('is its exported model, asked its own questions in its own way', async () => {
    const { models, data, asking } = await ask([run]);
    expect(models).toEqual([
      expect.objectContaining({
        ...{ kind: 'local', label: 'finished@final', base: 'tiny', runtime: 'onnx', precision: 'fp32' },
        adapter: await store.find('adapter', 'final'),
        shown: 'real',
      }),
    ]);
    expect(models[0]?.profile.name).toBe('compact');
    expect(data).toEqual({
      questions: await store.find('questions', 'all'),
      dataset: await store.find('dataset', 'split'),
    });
    const { seed, evaluation: recipe } = smallRecipe();
    expect(asking).toEqual({
      decoding: { maxNewTokens: recipe.maxNewTokens, temperature: 0, seed },
      ...{ samples: 1, limit: null, batchSize: recipe.batchSize, threads: 1 },
    });
  });

  it('has its base and every checkpoint that the store has, in the order of a report', async () => {
    expect(labels(await ask([`${run}@all`]))).toEqual(
      ['base', 'rl-only-10', 'rl-only-40', 'sft-2', 'sft', 'grpo-20', 'grpo-40'].map((id) => `finished@${id}`),
    );
  });

  it('has each of its models by name, and beside it the control without an image', async () => {
    const input = await ask([`${run}@grpo-20`, 'base'], { image: false });
    expect(input.models.map(({ label, shown }) => [label, shown])).toEqual([
      ['finished@grpo-20', 'real'],
      ['finished@grpo-20, no image', 'grey'],
      ['base:tiny', 'real'],
      ['base:tiny, no image', 'grey'],
    ]);
    expect(input.models[0]).toMatchObject({ adapter: await store.find('checkpoint', checkpointKey('grpo', 20)) });
    // The base's digest is known from the run's evaluations.
    expect(input.models[2]).not.toMatchObject({ baseSha256: null });
  });

  it('is one model with the adapter that was exported from it', async () => {
    const [final, last] = (await ask([run, `${run}@grpo-40`])).models;
    const identity = async (model: TestedModel | undefined) => {
      if (model?.kind !== 'local' || model.baseSha256 === null) throw new TypeError('a local model');
      return identifyLocal(store, { model: { base: model.base, sha256: model.baseSha256 }, checkpoint: model.adapter });
    };
    expect(await identity(final)).toEqual(await identity(last));
  });

  it('gives the same request the same name, and another to another', async () => {
    const [one, same] = [await ask([run]), await ask([run])];
    expect(idOf(one)).toBe(idOf(same));
    expect(idOf(one)).toMatch(/^evaluate-[0-9a-f]{12}$/);
    for (const other of [{ limit: 5 }, { samples: 2 }, { seed: 9 }, { prompts: 'paper' }, { image: false }]) {
      expect(idOf(await ask([run], other))).not.toBe(idOf(one));
    }
  });

  it('gives its data to models of any other kind', async () => {
    const input = await ask(['endpoint:gpt-4o?provider=openai&concurrency=32', 'llava-med-7b'], { data: run });
    expect(input.models).toMatchObject([
      { kind: 'endpoint', label: 'endpoint:gpt-4o', model: 'gpt-4o', provider: 'openai', concurrency: 32 },
      { kind: 'endpoint', label: 'llava-med-7b', reader: 'lenient', profile: { name: 'llava-med' } },
    ]);
  });

  it.each([
    [
      'a model that it has not',
      [`${run}@grpo-30`],
      {},
      'run finished has no model "grpo-30"; there are base, rl-only-10',
    ],
    ['a model twice', [run, run], {}, 'finished@final: is named twice'],
    ['no benchmark', [run], { benchmark: [] }, '--benchmark is missing'],
    ['a benchmark that there is not', [run], { benchmark: ['id-diagnoses'] }, 'no benchmark "id-diagnoses"'],
    ['a profile that there is not', [run], { prompts: 'mine' }, 'no prompt profile "mine"'],
    ['an endpoint without data', ['endpoint:gpt-4o'], {}, '--data is missing'],
    ['no model', ['No Model'], {}, 'names no model; give base, RUN'],
    ['a folder that is not there', ['./nowhere'], { data: run }, 'there is no such folder'],
  ] as const)('is refused in one line with %s', async (_, names, more, words) => {
    const refused = ask([...names], more as Partial<EvaluateOptions>); // lists of literals
    await expect(refused).rejects.toMatchObject(mistake(words));
    expect(String(await refused.catch((error: unknown) => error))).not.toContain('\n');
  });
});

describe('a run that goes on', () => {
  it('has the models that it has evaluated so far, and no final one', async () => {
    const [reached, gate] = [createGate(), createGate()];
    const run = await runs.start(
      {
        ...storing,
        trainGrpo: async (input) => {
          if (input.stopAt === 40) {
            reached.open();
            await gate.opened;
          }
          return train(input.sft ? 'grpo' : 'rl-only', input.stopAt);
        },
      },
      undefined,
      'going-on',
    );
    await reached.opened;
    await expect
      .poll(async () => labels(await ask(['going-on@all'])), { timeout: 10_000 })
      .toContain('going-on@grpo-20');
    await expect(ask(['going-on'])).rejects.toMatchObject(
      mistake('the run has no final model yet; its models so far:'),
    );
    gate.open();
    await resultOf(run);
  });
});

describe('a folder', () => {
  const make = async (name: string, files: Record<string, string>): Promise<string> => {
    const folder = join(await temporaryFolder(), name);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return folder;
  };
  const data = { data: 'demo' };

  it('is an adapter, put into the store without what is beside it', async () => {
    const folder = await make('mine', {
      'adapter_config.json': '{"r":64}',
      'adapter_model.safetensors': 'w',
      'README.md': '#',
    });
    const { models } = await ask([folder], data);
    expect(models).toMatchObject([{ kind: 'local', label: 'adapter:mine', base: 'tiny' }]);
    const [model] = models;
    if (model?.kind !== 'local' || !model.adapter) throw new TypeError('an adapter');
    expect(Object.keys((await store.manifest(model.adapter)).files)).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
    ]);
    expect((await ask([folder], data)).models).toEqual(models);
  });

  it('is an export, or a merged model, which stays where it is; a name of the hub is a base', async () => {
    const onnx = await make('export', { 'config.json': '{}', 'onnx/decoder.onnx': 'graph' });
    const merged = await make('merged', { 'config.json': '{}', 'model.safetensors': 'w' });
    expect((await ask([onnx, merged, 'Qwen/Qwen2.5-VL-7B-Instruct'], data)).models).toMatchObject([
      { kind: 'onnx', label: 'onnx:export', onnx: { kind: 'onnx' } },
      { kind: 'local', label: 'model:merged', base: merged, baseSha256: null, adapter: null },
      { kind: 'local', label: 'model:Qwen/Qwen2.5-VL-7B-Instruct', base: 'Qwen/Qwen2.5-VL-7B-Instruct' },
    ]);
  });

  it.each([
    ['nothing of a model', { 'notes.txt': '' }, 'is not a model: it holds neither adapter_config.json'],
    ['half an export', { 'onnx/vision_encoder_28x28.onnx': '' }, 'onnx/ has no decoder.onnx'],
    ['a broken adapter', { 'adapter_config.json': 'no' }, 'adapter_config.json is not a JSON object'],
  ])('with %s is refused in one line', async (_, files, words) => {
    await expect(ask([await make('bad', files)], data)).rejects.toMatchObject(mistake(words));
  });

  it('with an adapter of another base is refused', async () => {
    const config = '{"base_model_name_or_path":"google/medgemma-4b-it"}';
    const folder = await make('other', { 'adapter_config.json': config, 'adapter_model.safetensors': 'w' });
    await expect(ask([folder], { data: 'skin-r1' })).rejects.toMatchObject(
      mistake(
        'is an adapter of google/medgemma-4b-it, but the recipe of --data has model.base Qwen/Qwen2.5-VL-7B-Instruct',
      ),
    );
  });
});
