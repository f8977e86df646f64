/** Lengths of prompts and completions, by the trainer's own processor. */
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { median } from '../common/median.ts';

export interface TokenCounts {
  rows: number;
  /** The image's tokens stand in the prompt. */
  image: Spread;
  prompt: Spread;
  /** With the end of the turn; 0 where the rows have none. */
  completion: Spread;
}
export interface Spread {
  median: number;
  longest: number;
}

const countedSchema = z.object({ rows: z.string(), image: z.int(), prompt: z.int(), completion: z.int() });
type Counted = z.infer<typeof countedSchema>;

/**
 * Of each file of rows, by its name.
 *
 * @param folder with the files and, in `images/`, their pictures
 */
export async function countTokens(python: string, model: string, folder: string, files: readonly string[]) {
  const program = join(import.meta.dirname, 'row_lengths.py');
  const args = [program, model, join(folder, 'images'), ...files.map((file) => join(folder, file))];
  const { stdout } = await execa(python, args, { env: { HF_HUB_OFFLINE: '1' } });
  const counted = stdout.split('\n').map((line) => countedSchema.parse(JSON.parse(line)));
  return (file: string): TokenCounts => spreadsOf(counted.filter(({ rows }) => rows === file));
}

function spreadsOf(counted: readonly Counted[]): TokenCounts {
  const spread = (field: 'image' | 'prompt' | 'completion'): Spread => {
    const values = counted.map((row) => row[field]);
    return { median: median(values), longest: Math.max(...values) };
  };
  return {
    rows: counted.length,
    ...{ image: spread('image'), prompt: spread('prompt'), completion: spread('completion') },
  };
}
