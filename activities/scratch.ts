/** Temporary folders on a machine's fast disk. */
import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
  const { path, remove } = await makeScratchFolder(scratch, label);
  try {
    return await work(path);
  } catch (error) {
    throw explainDiskError(error, scratch);
  } finally {
    await remove();
  }
}

export interface ScratchFolder {
  path: string;
  remove(): Promise<void>;
}

/** The same for work that no single function holds. */
export async function makeScratchFolder(scratch: string, label: string): Promise<ScratchFolder> {
  try {
    await mkdir(scratch, { recursive: true });
    const path = await mkdtemp(join(scratch, `${label}-${process.pid}-`));
    own.add(basename(path));
    const remove = async (): Promise<void> => {
      if (!leftBehind.delete(path)) await rm(path, { recursive: true, force: true });
      own.delete(basename(path));
    };
    return { path, remove };
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

/** Names of the folders that this process works in. */
const own = new Set<string>();

const leftBehind = new Set<string>();

/** The folder outlives its work: what is worth keeping could not be taken out of it. The next sweep tries again. */
export const leaveBehind = (folder: string): void => void leftBehind.add(folder);

/**
 * Whether a folder below the scratch folder was left by a process that is no more, e.g. after a kill -9. One with this
 * process's number that it did not make is its predecessor's: in a container every start has the same number.
 */
function isLeft(name: string): boolean {
  const owner = /-(\d+)-[^-]+$/.exec(name)?.[1];
  if (owner === undefined) return false;
  return Number(owner) === process.pid ? !own.has(name) : !isAlive(Number(owner));
}

/** Removes folders that were left; `rescue` first takes out of each what is worth keeping, and says whether it could. */
export async function sweepScratch(scratch: string, rescue: (folder: string) => Promise<boolean>): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    if (!isLeft(name)) continue;
    if (await rescue(join(scratch, name)))
      await rm(join(scratch, name), { recursive: true, force: true, maxRetries: 3 });
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
