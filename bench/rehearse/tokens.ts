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

const countedSchema = z.object({ image: z.int(), prompt: z.int(), completion: z.int() });

/** @param folder with the rows and, in `images/`, their pictures */
export async function countTokens(python: string, model: string, folder: string, rows: string): Promise<TokenCounts> {
  const program = join(import.meta.dirname, 'count_tokens.py');
  const { stdout } = await execa(python, [program, model, join(folder, rows), join(folder, 'images')], {
    env: { HF_HUB_OFFLINE: '1' },
  });
  const counted = stdout.split('\n').map((line) => countedSchema.parse(JSON.parse(line)));
  const spread = (field: keyof z.infer<typeof countedSchema>): Spread => {
    const values = counted.map((row) => row[field]);
    return { median: median(values), longest: Math.max(...values) };
  };
  return {
    rows: counted.length,
    ...{ image: spread('image'), prompt: spread('prompt'), completion: spread('completion') },
  };
}
