/** An adapter of elsewhere that training begins with: a PEFT folder on the gpu workers, known by its bytes. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { type DermflowError, userMistake } from '../../domain/failures.ts';
import type { LoraSettings } from '../../domain/lora.ts';
import { isAdapterFile, peftFiles } from '../../domain/models/peft.ts';
import { publicBase } from '../../domain/models/public-base.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { digestOfFile } from '../store/store.ts';

const configSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  base_model_name_or_path: z.string().nullish(),
  r: z.int(),
  lora_alpha: z.number(),
  lora_dropout: z.number(),
});

const wrong = (folder: string, words: string): DermflowError => userMistake(`model.adapter: ${folder} ${words}`);

/**
 * What a recipe's `model.adapter` is; null where it names none. Throws a user's mistake for a folder that is no LoRA
 * adapter, one of another base, or one of other settings than `lora` says, which would then be reported as those that trained.
 */
export async function identifyStart({
  model,
  lora = null,
}: Pick<Recipe, 'model'> & { lora?: LoraSettings | null }): Promise<ModelRef['adapter'] | null> {
  if (model.adapter === undefined || lora === null) return null;
  const folder = resolve(model.adapter);
  const { names, config } = await readAdapter(folder);
  const [own, wanted] = [publicBase(config.base_model_name_or_path ?? model.base), publicBase(model.base)];
  if (own.hub && wanted.hub && own.name !== wanted.name) {
    throw wrong(folder, `is an adapter of ${own.name}, not of model.base ${wanted.name}; give one of that base`);
  }
  const settings = [
    ['rank', config.r, lora.rank],
    ['alpha', config.lora_alpha, lora.alpha],
    ['dropout', config.lora_dropout, lora.dropout],
  ] as const;
  for (const [name, theirs, ours] of settings) {
    if (theirs !== ours)
      throw wrong(folder, `has ${name} ${theirs}, the recipe ${ours}; set lora.${name} to ${theirs}`);
  }
  return { folder, sha256: await digestOfAdapter(folder, names) };
}

/** The folder to start from; null where the run starts from the base. Throws where its bytes are others than at the start. */
export async function startFolder({ adapter }: ModelRef): Promise<string | null> {
  if (!adapter) return null;
  const { names } = await readAdapter(adapter.folder);
  if ((await digestOfAdapter(adapter.folder, names)) === adapter.sha256) return adapter.folder;
  throw wrong(adapter.folder, 'on this gpu worker is another one than the run began with; put the same files there');
}

async function readAdapter(folder: string) {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw wrong(folder, 'is not a folder on the gpu workers; give an adapter in PEFT layout');
  const names = (await readdir(folder)).filter(isAdapterFile).toSorted();
  const text = await readFile(join(folder, peftFiles.config), 'utf8').catch(() => null);
  if (text === null || !names.some((name) => name.endsWith('.safetensors'))) {
    throw wrong(folder, `lacks ${peftFiles.config} or ${peftFiles.weights}; give an adapter in PEFT layout`);
  }
  return { names, config: parseConfig(folder, text) };
}

function parseConfig(folder: string, text: string): z.infer<typeof configSchema> {
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (error) {
    throw userMistake(`model.adapter: ${join(folder, peftFiles.config)} is not that of a LoRA adapter`, error);
  }
}

async function digestOfAdapter(folder: string, names: readonly string[]): Promise<string> {
  const digests = await Promise.all(names.map(async (name) => [name, await digestOfFile(join(folder, name))] as const));
  return digestOf(canonicalJson(Object.fromEntries(digests)));
}
