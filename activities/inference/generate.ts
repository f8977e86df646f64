/** Rows to text: images and prompts prepared, one batch decoded. Runs in the worker thread. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { AskedRow, Generated } from '../ports/model-runner.ts';
import { decode, type EmbeddedPrompt } from './decode.ts';
import { type Graphs, openGraphs } from './graphs.ts';
import { type ModelFiles, readModelFiles } from './model-files.ts';
import { createOptionWatch } from './option-watch.ts';
import { type Grid, gridOf, toPatches } from './patches.ts';
import { tokenisePrompt } from './prompt.ts';

export interface BatchRequest {
  rows: AskedRow[];
  images: string;
  maxNewTokens: number;
  /** 0: greedy. */
  temperature: number;
}

interface EncodedImage {
  grid: Grid;
  features: Float32Array;
}

export interface BatchGenerator {
  generate(request: BatchRequest, check: () => void): Promise<Generated[]>;
}

/** @param threads CPU threads of each graph */
export async function openGenerator(folder: string, threads: number): Promise<BatchGenerator> {
  sharp.cache(false);
  const files = await readModelFiles(folder);
  const graphs = await openGraphs(folder, files, threads);
  return {
    generate: async ({ rows, images, maxNewTokens, temperature }, check) => {
      const encoded = new Map<string, EncodedImage>();
      const prompts: EmbeddedPrompt[] = [];
      // Decoded beside the graphs, which hold up this thread alone.
      const names = new Set(rows.flatMap((row) => row.images));
      const pictures = new Map([...names].map((name) => [name, readPicture(join(images, name))]));
      for (const picture of pictures.values()) picture.catch(() => {}); // awaited in its turn
      for (const row of rows) {
        check();
        const shown: EncodedImage[] = [];
        for (const name of row.images) {
          const image = encoded.get(name) ?? (await encodeImage(await pictures.get(name), name, files, graphs));
          encoded.set(name, image);
          shown.push(image);
        }
        const prompt = tokenisePrompt(
          row,
          shown.map((image) => image.grid),
          files,
        );
        prompts.push({ ...prompt, features: shown.map((image) => image.features) });
      }
      const sampling = temperature === 0 ? null : { temperature, seeds: rows.map(({ seed = 0 }) => seed) };
      const told = createOptionWatch(rows, files.tokenizer);
      const outputs = await decode(prompts, graphs, files, { maxNewTokens, sampling, check, watch: told.watch });
      return rows.map((row, i) => {
        const tokens = outputs[i] ?? [];
        // The tokenizer refuses an empty list.
        const text = tokens.length === 0 ? '' : files.tokenizer.decode(tokens, { skip_special_tokens: true });
        const options = told.read(i, tokens);
        return { id: row.id, text, tokens, ...(options ? { options } : {}) };
      });
    },
  };
}

const readPicture = (path: string) =>
  sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });

type Picture = Awaited<ReturnType<typeof readPicture>>;

async function encodeImage(
  picture: Picture | undefined,
  name: string,
  files: ModelFiles,
  graphs: Graphs,
): Promise<EncodedImage> {
  if (!picture) throw new RangeError(`no row shows ${name}`);
  const { data, info } = picture;
  const grid = gridOf({ width: info.width, height: info.height, name }, files.image);
  return { grid, features: await graphs.encodeImage(toPatches(data, grid, files.image), grid) };
}
