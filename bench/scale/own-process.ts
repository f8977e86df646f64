/** A part in a process of its own, started as a worker is. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { flatMemory } from '../../infra/node24.mjs';
import { measureSchema, type ResourceUse } from './measure.ts';
import type { PartName } from './stand-ins.ts';

/** What a run in this folder gave to its parts, each in a file; a run evaluates several times. */
export interface PartRun {
  folder: string;
  distractors: string;
  part: PartName;
}

/** Keeps the input, so that the part can be measured again. */
export async function keepInput({ folder, part }: PartRun, input: unknown): Promise<string> {
  const file = join(folder, `${part}-${(await keptInputs({ folder, part })).length}-input.json`);
  await writeFile(file, JSON.stringify(input ?? null));
  return file;
}

export async function keptInputs({ folder, part }: Pick<PartRun, 'folder' | 'part'>): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.startsWith(`${part}-`) && name.endsWith('-input.json'))
    .map((n) => join(folder, n));
}

/** @param work `again`: what the store holds of the part's results is not found */
export async function inOwnProcess(
  { folder, distractors, part }: PartRun,
  inputFile: string,
  work: 'first' | 'again',
): Promise<{ result?: unknown; measure: ResourceUse }> {
  const program = join(import.meta.dirname, 'run-part.ts');
  const args = [...flatMemory.flags, program, folder, distractors, part, inputFile, work];
  const { stdout } = await execa(process.execPath, args, { env: flatMemory.env, stderr: 'inherit' });
  return z.object({ result: z.unknown(), measure: measureSchema }).parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
}
