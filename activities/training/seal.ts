/**
 * A checkpoint on this machine's disk that is known to be whole: beside the trainer's files lie the stage's log and,
 * written last and at once, a seal that names every file with its digest. A folder without a seal, or whose bytes are
 * not as it says, is no checkpoint. So one survives its worker's `kill -9`, and may be moved by one rename.
 */
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { type BlobRef, blobRefSchema, sha256Schema } from '../../domain/artifact.ts';
import { toJsonLines } from '../json-lines.ts';
import { digestOfFile } from '../store/store.ts';
import { type CheckpointFacts, checkpointFactsSchema } from './checkpoint-facts.ts';
import { logFiles, type TrainingLog } from './log.ts';

const sealFile = 'dermflow-sealed.json';

/** `training_args.bin` is a pickle that names this machine's paths; the trainer does not need it to resume. */
const leftOut = ['training_args.bin', 'README.md', sealFile, `${sealFile}.partial`];

const sealSchema = z.object({
  schema: z.literal(1),
  stageKey: sha256Schema,
  step: z.int().nonnegative(),
  facts: checkpointFactsSchema,
  /** By their path below the folder. */
  files: z.record(z.string(), blobRefSchema),
});

export interface SealedCheckpoint {
  stageKey: string;
  step: number;
  folder: string;
  facts: CheckpointFacts;
  files: Record<string, BlobRef>;
}

/** Adds the log and the seal to a folder in which the trainer has written a checkpoint. */
export async function seal(
  checkpoint: Omit<SealedCheckpoint, 'files'> & { log: TrainingLog },
): Promise<SealedCheckpoint> {
  const { stageKey, step, folder, facts, log } = checkpoint;
  await writeFile(join(folder, logFiles.metrics.name), toJsonLines(log.metrics));
  await writeFile(join(folder, logFiles.samples.name), toJsonLines(log.samples));
  await writeFile(join(folder, logFiles.usage.name), toJsonLines(log.usage));
  const files: Record<string, BlobRef> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile() && !leftOut.includes(each.name))) {
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path)] = { sha256: await digestOfFile(path), bytes: (await stat(path)).size };
  }
  const text = JSON.stringify({ schema: 1, stageKey, step, facts, files } satisfies z.input<typeof sealSchema>);
  await writeFile(join(folder, `${sealFile}.partial`), text, { flush: true });
  await rename(join(folder, `${sealFile}.partial`), join(folder, sealFile));
  return { stageKey, step, folder, facts, files };
}

/** What the seal says; null where there is none that can be read. */
export async function readSeal(folder: string): Promise<SealedCheckpoint | null> {
  try {
    const { stageKey, step, facts, files } = sealSchema.parse(
      JSON.parse(await readFile(join(folder, sealFile), 'utf8')),
    );
    return { stageKey, step, folder, facts, files };
  } catch {
    return null;
  }
}

/** Whether every file is there and has the bytes that the seal names. */
export async function isUnbroken({ folder, files }: SealedCheckpoint): Promise<boolean> {
  try {
    for (const [name, { sha256, bytes }] of Object.entries(files)) {
      const path = join(folder, name);
      if ((await stat(path)).size !== bytes || (await digestOfFile(path)) !== sha256) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** From here on nobody keeps it; the files stay. */
export const unseal = (folder: string): Promise<void> => rm(join(folder, sealFile), { force: true });

/** The seal goes first: a folder that is half removed is no checkpoint. */
export async function removeSealed(folder: string): Promise<void> {
  await unseal(folder);
  await rm(folder, { recursive: true, force: true });
}

/** Every sealed checkpoint below a folder, in no particular order. */
export async function findSealed(below: string): Promise<SealedCheckpoint[]> {
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => []);
  const folders = entries.filter(({ name }) => name === sealFile).map(({ parentPath }) => parentPath);
  return (await Promise.all(folders.map(readSeal))).filter((each) => each !== null);
}
