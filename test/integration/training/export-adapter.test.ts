import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitFiles, materialise } from '../../../activities/store/commit.ts';
import { exportAdapter } from '../../../activities/training/export-adapter.ts';
import type { AdapterInput } from '../../../domain/contracts/training.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { buildMicroModel, type MicroModel, trainer } from '../../support/micro-model.ts';
import { demoRecipe } from '../../support/recipes.ts';

const store = createMemoryStore();
const weights = 'adapter_model.safetensors';
let micro: MicroModel;
let input: AdapterInput;

async function commitCheckpoint(files: Record<string, { path: string }>): Promise<AdapterInput['checkpoint']> {
  const description = { kind: 'checkpoint', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const key = `grpo-${Object.keys(files).length}/step-00000060`;
  return { ...(await commitFiles(store, { ...description, key }, files)), step: 60 };
}

beforeAll(async () => {
  micro = await buildMicroModel();
  const file = (name: string) => ({ [name]: { path: join(micro.adapter, name) } });
  const checkpoint = await commitCheckpoint({ ...file('adapter_config.json'), ...file(weights) });
  input = { recipe: demoRecipe(), model: { base: micro.base, sha256: 'b'.repeat(64) }, checkpoint };
}, 300_000);

afterAll(() => micro.remove());

/** What a user of the adapter would run, and what it finds. */
const load = `
import json, sys
from huggingface_hub import ModelCard
from peft import PeftConfig, PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForImageTextToText
import torch

base, adapter = sys.argv[1:]
model = PeftModel.from_pretrained(AutoModelForImageTextToText.from_pretrained(base), adapter)
loaded = {n.replace(".default", ""): p for n, p in model.named_parameters() if "lora_" in n}
stored = load_file(adapter + "/${weights}")
card = ModelCard.load(adapter + "/README.md")
print(json.dumps({
    "base": PeftConfig.from_pretrained(adapter).base_model_name_or_path,
    "tensors": len(loaded),
    "same": loaded.keys() == stored.keys() and all(torch.equal(loaded[n], stored[n]) for n in stored),
    "library": card.data.library_name,
    "licence": card.data.license,
}))
`;

describe('the exported adapter', () => {
  it('is loaded by PEFT with all its weights, and its card by the hub library', async () => {
    const folder = join(micro.folder, 'exported');
    const { files } = await materialise(store, await exportAdapter(store, input), folder);
    expect(Object.keys(files)).toEqual(['LICENSE.md', 'README.md', 'adapter_config.json', weights]);
    const { stdout } = await execa(trainer.python, ['-c', load, micro.base, folder], { env: { HF_HUB_OFFLINE: '1' } });
    const found = JSON.parse(stdout.split('\n').at(-1) ?? '');
    expect(found).toEqual({
      base: 'base',
      tensors: expect.any(Number),
      same: true,
      library: 'peft',
      licence: 'apache-2.0',
    });
    expect(found.tensors).toBeGreaterThan(0);
  });

  it('holds no path of this machine', async () => {
    const { files } = await store.manifest(await exportAdapter(store, input));
    for (const name of ['README.md', 'LICENSE.md', 'adapter_config.json']) {
      const text = new TextDecoder().decode(await store.getBlob(files[name] ?? { sha256: '', bytes: 0 }));
      expect(text).not.toContain(micro.folder);
    }
  });

  it('is made once for the same card, again for another', async () => {
    const first = await exportAdapter(store, input);
    expect(await exportAdapter(store, input)).toEqual(first);
    const counts = { train: 9, validation: 1, llmCalls: 2, rejected: 0 };
    expect(await exportAdapter(store, { ...input, trajectories: counts })).not.toEqual(first);
  });

  it('says which checkpoint lacks its weights', async () => {
    const checkpoint = await commitCheckpoint({
      'adapter_config.json': { path: join(micro.adapter, 'adapter_config.json') },
    });
    await expect(exportAdapter(store, { ...input, checkpoint })).rejects.toMatchObject({
      type: 'Corrupt',
      message: expect.stringContaining(`has no ${weights}; train this stretch again`),
    });
  });
});
