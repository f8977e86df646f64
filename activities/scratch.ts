/** Temporary folders on a machine's fast disk. */
import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DermflowError, failureTypes, unavailable } from '../domain/failures.ts';

/**
 * Gives `work` an empty folder below `scratch` and removes it afterwards, whatever happened. A full or unwritable disk is
 * `Unavailable`, naming the folder.
 */
export async function withScratchFolder<T>(
  scratch: string,
  label: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  try {
    await mkdir(scratch, { recursive: true });
    const folder = await mkdtemp(join(scratch, `${label}-${process.pid}-`));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw explainDiskError(error, scratch);
  }
}

const diskErrors: Record<string, string> = {
  ENOSPC: 'the disk is full; free space or set DERMFLOW_SCRATCH to a folder on another disk',
  EDQUOT: 'the disk quota is used up; free space or set DERMFLOW_SCRATCH to a folder on another disk',
  EACCES: 'may not be written; change its permissions or set DERMFLOW_SCRATCH',
  EROFS: 'is on a read-only disk; set DERMFLOW_SCRATCH to another folder',
};

/** Turns the file system's error into a line that names the scratch folder; any other error is returned as it is. */
export function explainDiskError(error: unknown, scratch: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const remedy = diskErrors[code];
  return remedy === undefined ? error : unavailable(`scratch folder ${scratch}: ${remedy}`, error);
}

const spaceToWork = 2 ** 20;

/** A trainer that crashed where no megabyte is left failed for that, whatever its libraries' words were. */
export async function explainCrash(error: unknown, scratch: string): Promise<unknown> {
  if (!(error instanceof DermflowError) || error.type !== failureTypes.trainerCrashed) return error;
  const { bavail, bsize } = await statfs(scratch);
  return bavail * bsize < spaceToWork ? unavailable(`scratch folder ${scratch}: ${diskErrors.ENOSPC}`, error) : error;
}

/** Removes folders that processes left behind which are no more, e.g. after a kill -9. */
export async function sweepScratch(scratch: string): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    const owner = /-(\d+)-[^-]+$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(scratch, name), { recursive: true, force: true });
  }
}

/** Whether a process of this number runs; 0 stands for none. */
export function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
