/** A stage in a process of its own, started as a worker is. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { flatMemory } from '../../infra/node24.mjs';
import { type Measure, measureSchema } from './measure.ts';
import type { StageName } from './stand-ins.ts';

/** What a run in this folder gave to its stages, each in a file; a run evaluates several times. */
export interface StageRun {
  folder: string;
  distractors: string;
  stage: StageName;
}

/** Keeps the input, so that the stage can be measured again. */
export async function keepInput({ folder, stage }: StageRun, input: unknown): Promise<string> {
  const file = join(folder, `${stage}-${(await keptInputs({ folder, stage })).length}-input.json`);
  await writeFile(file, JSON.stringify(input ?? null));
  return file;
}

export async function keptInputs({ folder, stage }: Pick<StageRun, 'folder' | 'stage'>): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.startsWith(`${stage}-`) && name.endsWith('-input.json'))
    .map((n) => join(folder, n));
}

/** @param work `again`: what the store holds of the stage's results is not found */
export async function inOwnProcess(
  { folder, distractors, stage }: StageRun,
  inputFile: string,
  work: 'first' | 'again',
): Promise<{ result?: unknown; measure: Measure }> {
  const program = join(import.meta.dirname, 'run-stage.ts');
  const args = [...flatMemory.flags, program, folder, distractors, stage, inputFile, work];
  const { stdout } = await execa(process.execPath, args, { env: flatMemory.env, stderr: 'inherit' });
  return z.object({ result: z.unknown(), measure: measureSchema }).parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
}
