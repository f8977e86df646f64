/** Rows to text: pictures and prompts prepared, one batch decoded. Runs in the worker thread. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { AskedRow, Generated } from '../ports/model-runner.ts';
import { decode } from './decode.ts';
import { openGraphs } from './graphs.ts';
import { readModelFiles } from './model-files.ts';
import { createOptionWatch } from './option-watch.ts';
import { createPictureEncoder, type EncodedPicture } from './picture-encoder.ts';
import { createPrefill, type EmbeddedPrompt } from './prefill.ts';
import { tokenisePrompt } from './prompt.ts';

export interface BatchRequest {
  rows: AskedRow[];
  /** Folder that the names of images are relative to. */
  images: string;
  /** Images of the batch that follows. */
  upcoming: string[];
  maxNewTokens: number;
  /** 0: greedy. */
  temperature: number;
}

interface BatchGenerator {
  generate(request: BatchRequest, check: () => void): Promise<Generated[]>;
}

/** @param threads CPU threads of each graph */
export async function openGenerator(folder: string, threads: number): Promise<BatchGenerator> {
  sharp.cache(false);
  const files = await readModelFiles(folder);
  const graphs = await openGraphs(folder, files, threads);
  const encoder = createPictureEncoder(files, graphs);
  const prefill = createPrefill(files, graphs);
  return {
    generate: async ({ rows, images, upcoming, maxNewTokens, temperature }, check) => {
      const pathOf = (name: string): string => join(images, name);
      const pictures = await encoder.encode(
        rows.flatMap((row) => row.images.map(pathOf)),
        check,
      );
      encoder.readAhead(upcoming.map(pathOf));
      const prompts = rows.map((row): EmbeddedPrompt => {
        const shown = row.images.map((name) => picture(pictures, pathOf(name)));
        const grids = shown.map(({ grid }) => grid);
        return { ...tokenisePrompt(row, grids, files), pictures: shown };
      });
      const sampling = temperature === 0 ? null : { temperature, seeds: rows.map(({ seed = 0 }) => seed) };
      const optionWatch = createOptionWatch(rows, files.tokenizer);
      const outputs = await decode(prompts, prefill, graphs, files, {
        maxNewTokens,
        sampling,
        check,
        watch: optionWatch.watch,
      });
      return rows.map((row, i) => {
        const tokens = outputs[i] ?? [];
        // The tokenizer refuses an empty list.
        const text = tokens.length === 0 ? '' : files.tokenizer.decode(tokens, { skip_special_tokens: true });
        const options = optionWatch.read(i, tokens);
        return { id: row.id, text, tokens, ...(options ? { options } : {}) };
      });
    },
  };
}

function picture(pictures: ReadonlyMap<string, EncodedPicture>, path: string): EncodedPicture {
  const encoded = pictures.get(path);
  if (!encoded) throw new RangeError(`${path} was not encoded`);
  return encoded;
}
