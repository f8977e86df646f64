import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identifyStart, startFolder } from '../../../activities/training/start-adapter.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { demoRecipe } from '../../support/recipes.ts';

const demo = demoRecipe();
const config = { peft_type: 'LORA', base_model_name_or_path: 'Qwen/other', r: 64, lora_alpha: 32, lora_dropout: 0.1 };
let folder: string;
const put = (changes: object = {}, weights = 'weights') =>
  Promise.all([
    writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ ...config, ...changes })),
    writeFile(join(folder, 'adapter_model.safetensors'), weights),
  ]);
const recipe = (base = 'tiny'): SkinR1Recipe => ({ ...demo, model: { ...demo.model, base, adapter: folder } });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-adapter-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('an adapter to begin with', () => {
  it('is known by its bytes, and must have them when it is read', async () => {
    await put();
    const adapter = await identifyStart(recipe());
    expect(adapter).toEqual({ folder, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const model = { base: 'tiny', sha256: 'b'.repeat(64), ...(adapter ? { adapter } : {}) };
    expect(await startFolder(model)).toBe(folder);
    await put({}, 'others');
    expect((await identifyStart(recipe()))?.sha256).not.toBe(adapter?.sha256);
    await expect(startFolder(model)).rejects.toThrow('is another one than the run began with');
  });

  it('is none where the recipe names none', async () => {
    expect(await identifyStart(demo)).toBeNull();
    expect(await startFolder({ base: 'tiny', sha256: 'b'.repeat(64) })).toBeNull();
  });

  it.each([
    [{ r: 8 }, 'tiny', 'has rank 8, the recipe 64; set lora.rank to 8'],
    [{ lora_alpha: 16 }, 'tiny', 'has alpha 16, the recipe 32; set lora.alpha to 16'],
    [{ lora_dropout: 0 }, 'tiny', 'has dropout 0, the recipe 0.1; set lora.dropout to 0'],
    [{}, 'Qwen/Qwen2.5-VL-7B-Instruct', 'is an adapter of Qwen/other, not of model.base Qwen/Qwen2.5-VL-7B-Instruct'],
    [{ peft_type: 'IA3' }, 'tiny', 'is not that of a LoRA adapter'],
  ])('with %j on %s is refused: %s', async (changes, base, message) => {
    await put(changes);
    await expect(identifyStart(recipe(base))).rejects.toThrow(message);
    await expect(identifyStart(recipe(base))).rejects.toMatchObject({ type: 'UserMistake' });
  });

  it('that is not there, or lacks its weights, is told', async () => {
    await expect(identifyStart(recipe())).rejects.toThrow('lacks adapter_config.json or adapter_model.safetensors');
    await expect(identifyStart({ ...demo, model: { ...demo.model, adapter: '/nowhere' } })).rejects.toThrow(
      'model.adapter: /nowhere is not a folder on the gpu workers',
    );
  });
});
