/** What is exported beside an adapter: the model of a full fine-tuning, and an adapter merged into its base. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identifyLocal } from '../../../activities/evaluation/tested-model.ts';
import { commitFiles, materialise } from '../../../activities/store/commit.ts';
import { mergeAdapter } from '../../../activities/trainer/merge.ts';
import { fetchPolicy } from '../../../activities/trainer/model-folders.ts';
import { exportAdapter } from '../../../activities/training/export-adapter.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { buildMicroModel, type MicroModel, trainer } from '../../support/micro-model.ts';
import { demoRecipe } from '../../support/recipes.ts';

const store = createMemoryStore();
let micro: MicroModel;

beforeAll(async () => {
  micro = await buildMicroModel();
});

afterAll(() => micro?.remove());

/** What a user of the model would run. */
const load = `
import sys
from transformers import AutoModelForImageTextToText, AutoProcessor
AutoProcessor.from_pretrained(sys.argv[1])
model = AutoModelForImageTextToText.from_pretrained(sys.argv[1])
print(type(model).__name__, sum(p.numel() for p in model.parameters()), "peft" in sys.modules)
`;
const loaded = async (folder: string): Promise<string> =>
  (await execa(trainer.python, ['-c', load, folder], { env: { HF_HUB_OFFLINE: '1' } })).stdout.split('\n').at(-1) ?? '';

describe('the model of a full fine-tuning', () => {
  const recipe: SkinR1Recipe = { ...demoRecipe(), lora: null, full: ['language', 'merger'] };
  const state = ['optimizer.pt', 'scheduler.pt', 'rng_state.pth', 'trainer_state.json', 'dermflow-metrics.jsonl'];

  async function checkpoint() {
    const files = (await readdir(micro.base)).map((name) => [name, { path: join(micro.base, name) }] as const);
    const rest = state.map((name) => [name, { data: name }] as const);
    const description = { kind: 'checkpoint', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
    const all = Object.fromEntries([...files, ...rest]);
    return { ...(await commitFiles(store, { ...description, key: 'grpo/step-00000060' }, all)), step: 60 };
  }

  it('is exported without the state of its training, and loaded by Transformers alone', async () => {
    const model = { base: micro.base, sha256: 'b'.repeat(64) };
    const exported = await exportAdapter(store, { recipe, model, checkpoint: await checkpoint() });
    const folder = join(micro.folder, 'exported');
    const names = Object.keys((await materialise(store, exported, folder)).files);
    expect(names).toEqual(expect.arrayContaining(['README.md', 'LICENSE.md', 'config.json', 'model.safetensors']));
    expect(names.filter((name) => state.includes(name))).toEqual([]);
    expect(await loaded(folder)).toBe(await loaded(micro.base));
  });

  it('is what an evaluation fetches and knows by its weights, as checkpoint and as export', async () => {
    const model = { base: micro.base, sha256: 'b'.repeat(64) };
    const ref = await checkpoint();
    const folder = await fetchPolicy(store, ref, join(micro.folder, 'fetched'));
    expect((await readdir(folder ?? '')).toSorted()).toEqual(
      expect.arrayContaining(['config.json', 'model.safetensors']),
    );
    expect(await readdir(folder ?? '')).not.toContain('optimizer.pt');
    const exported = await exportAdapter(store, { recipe, model, checkpoint: ref });
    expect(await identifyLocal(store, { model, checkpoint: ref })).toEqual(
      await identifyLocal(store, { model, checkpoint: exported }),
    );
  });

  it('is not made of a checkpoint that holds an adapter alone', async () => {
    const description = { kind: 'checkpoint', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
    const files = { 'adapter_model.safetensors': { data: 'weights' } };
    const ref = { ...(await commitFiles(store, { ...description, key: 'other/step-00000060' }, files)), step: 60 };
    const model = { base: micro.base, sha256: 'b'.repeat(64) };
    await expect(exportAdapter(store, { recipe, model, checkpoint: ref })).rejects.toThrow('holds no whole model');
  });
});

describe('an adapter merged into its base', () => {
  it('is a model that Transformers loads alone, in a folder that was empty', async () => {
    const to = join(micro.folder, 'merged');
    const merging = { base: micro.base, adapter: micro.adapter, precision: 'fp32', threads: 1, to } as const;
    await mergeAdapter(trainer, merging, micro.folder);
    expect(await loaded(to)).toBe(await loaded(micro.base));
    expect(await readdir(to)).not.toContain('adapter_config.json');
    await expect(mergeAdapter(trainer, merging, micro.folder)).rejects.toThrow(`--to ${to}: is not empty`);
  });

  it('is refused with one line where the adapter is of another base', async () => {
    const adapter = join(micro.folder, 'strange');
    await mkdir(adapter);
    await writeFile(
      join(adapter, 'adapter_config.json'),
      JSON.stringify({ peft_type: 'LORA', r: 2, target_modules: ['nothing'] }),
    );
    const merging = { base: micro.base, adapter, precision: 'fp32', threads: 1 } as const;
    await expect(mergeAdapter(trainer, { ...merging, to: join(micro.folder, 'none') }, micro.folder)).rejects.toThrow(
      `field adapter: ${adapter} is not of ${micro.base}`,
    );
  });
});
