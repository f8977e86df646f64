/** Rows to text: images and prompts prepared, one batch decoded. Runs in the worker thread. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { ChatRow, GeneratedRow } from '../../domain/trainer.ts';
import { decodeGreedily, type EmbeddedPrompt } from './decode.ts';
import { type Graphs, openGraphs } from './graphs.ts';
import { type ModelFiles, readModelFiles } from './model-files.ts';
import { type Grid, gridOf, toPatches } from './patches.ts';
import { tokenisePrompt } from './prompt.ts';

export interface BatchRequest {
  rows: ChatRow[];
  images: string;
  maxNewTokens: number;
}

interface EncodedImage {
  grid: Grid;
  features: Float32Array;
}

export interface BatchGenerator {
  generate(request: BatchRequest, check: () => void): Promise<GeneratedRow[]>;
}

/** @param threads CPU threads of each graph */
export async function openGenerator(folder: string, threads: number): Promise<BatchGenerator> {
  sharp.cache(false);
  const files = await readModelFiles(folder);
  const graphs = await openGraphs(folder, files, threads);
  return {
    generate: async ({ rows, images, maxNewTokens }, check) => {
      const encoded = new Map<string, EncodedImage>();
      const prompts: EmbeddedPrompt[] = [];
      for (const row of rows) {
        check();
        const shown: EncodedImage[] = [];
        for (const name of row.images) {
          const image = encoded.get(name) ?? (await encodeImage(join(images, name), files, graphs));
          encoded.set(name, image);
          shown.push(image);
        }
        const prompt = tokenisePrompt(
          row.prompt,
          shown.map((image) => image.grid),
          files,
        );
        prompts.push({ ...prompt, features: shown.map((image) => image.features) });
      }
      const outputs = await decodeGreedily(prompts, graphs, files, { maxNewTokens, check });
      return rows.map((row, i) => {
        const tokens = outputs[i] ?? [];
        // The tokenizer refuses an empty list.
        const text = tokens.length === 0 ? '' : files.tokenizer.decode(tokens, { skip_special_tokens: true });
        return { id: row.id, text, tokens };
      });
    },
  };
}

async function encodeImage(path: string, files: ModelFiles, graphs: Graphs): Promise<EncodedImage> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const grid = gridOf({ width: info.width, height: info.height, name: path }, files.image);
  return { grid, features: await graphs.encodeImage(toPatches(data, grid, files.image), grid) };
}
