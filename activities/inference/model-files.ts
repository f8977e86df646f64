/** Reads what stands beside the graphs of an export: sizes, special tokens, tokenizer and chat template. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { corrupt } from '../../domain/failures.ts';
import type { ImageSpec } from './grid.ts';

const configSchema = z.object({
  image_token_id: z.int(),
  text_config: z.object({
    num_hidden_layers: z.int().positive(),
    num_attention_heads: z.int().positive(),
    num_key_value_heads: z.int().positive(),
    hidden_size: z.int().positive(),
  }),
});

const generationSchema = z.object({
  eos_token_id: z.union([z.int(), z.array(z.int())]),
  pad_token_id: z.int().nullish(),
  suppress_tokens: z.array(z.int()).nullish(),
});

const preprocessorSchema = z.object({
  patch_size: z.int().positive(),
  merge_size: z.int().positive(),
  size: z.object({ shortest_edge: z.int(), longest_edge: z.int() }),
});

const jsonObject = z.record(z.string(), z.unknown());

export interface ModelFiles {
  imageToken: number;
  layers: number;
  keyValueHeads: number;
  headWidth: number;
  hiddenSize: number;
  endTokens: ReadonlySet<number>;
  padToken: number;
  /** Never generated. */
  suppressed: readonly number[];
  image: ImageSpec;
  tokenizer: Tokenizer;
  template: Template;
}

export async function readModelFiles(folder: string): Promise<ModelFiles> {
  const [config, generation, preprocessor, tokenizer, tokenizerConfig, template] = await Promise.all([
    readSettings(folder, 'config.json', configSchema),
    readSettings(folder, 'generation_config.json', generationSchema),
    readSettings(folder, 'preprocessor_config.json', preprocessorSchema),
    readSettings(folder, 'tokenizer.json', jsonObject),
    readSettings(folder, 'tokenizer_config.json', jsonObject),
    readFile(join(folder, 'chat_template.jinja'), 'utf8'),
  ]);
  const text = config.text_config;
  const ends = [generation.eos_token_id].flat();
  return {
    imageToken: config.image_token_id,
    layers: text.num_hidden_layers,
    keyValueHeads: text.num_key_value_heads,
    headWidth: text.hidden_size / text.num_attention_heads,
    hiddenSize: text.hidden_size,
    endTokens: new Set(ends),
    padToken: generation.pad_token_id ?? ends[0] ?? 0,
    suppressed: generation.suppress_tokens ?? [],
    image: {
      patchSize: preprocessor.patch_size,
      mergeSize: preprocessor.merge_size,
      minPixels: preprocessor.size.shortest_edge,
      maxPixels: preprocessor.size.longest_edge,
    },
    tokenizer: new Tokenizer(tokenizer, tokenizerConfig),
    template: new Template(template),
  };
}

async function readSettings<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corrupt(`${join(folder, name)}: ${issue?.path.join('.')}: ${issue?.message}; export the model again`);
}
