/** Errors of this machine's disk in a line that names the folder and what to do; all of them are `Unavailable`. */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { DermflowError, failureTypes, unavailable } from '../../domain/failures.ts';

const diskErrors: Record<string, string> = {
  ENOSPC: 'the disk is full; free space or set DERMFLOW_SCRATCH to a folder on another disk',
  EDQUOT: 'the disk quota is used up; free space or set DERMFLOW_SCRATCH to a folder on another disk',
  EACCES: 'may not be written; change its permissions or set DERMFLOW_SCRATCH',
  EROFS: 'is on a read-only disk; set DERMFLOW_SCRATCH to another folder',
};

const isNoFolder = 'is not a folder, or a part of its path is not; set DERMFLOW_SCRATCH to another one';
/** When the folder is made; while its work goes on they may be of another path. */
const pathErrors: Record<string, string> = {
  EEXIST: isNoFolder,
  ENOTDIR: isNoFolder,
  EPERM: 'may not be written; change its permissions or set DERMFLOW_SCRATCH',
};

/** SQLite's tables lie in the folder for temporary files (activities/scratch-database.ts). */
const isFullForSqlite = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === sqliteFull;
const sqliteFull = 13;

/** Turns the file system's error into a line that names the scratch folder; any other error is returned as it is. */
export const explainDiskError = (error: unknown, scratch: string): unknown => explain(error, scratch, diskErrors);

/** The same of an error by which the scratch folder could not be made. */
export const explainNoFolder = (error: unknown, scratch: string): unknown =>
  explain(error, scratch, { ...diskErrors, ...pathErrors });

function explain(error: unknown, scratch: string, remedies: Record<string, string>): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (isFullForSqlite(error)) {
    // biome-ignore lint/style/noProcessEnv: SQLite reads it there itself, so this is what it read
    const folder = process.env.SQLITE_TMPDIR || tmpdir();
    const words = 'the disk is full; free space or set TMPDIR to a folder on another disk';
    return unavailable(`folder for temporary files ${folder}: ${words}`, error);
  }
  const remedy = remedies[code];
  return remedy === undefined ? error : unavailable(`scratch folder ${scratch}: ${remedy}`, error);
}

const spaceToWork = 2 ** 20;

/** A trainer that crashed on a full disk failed for that reason, whatever its libraries said. */
export async function explainCrash(error: unknown, scratch: string): Promise<unknown> {
  if (!(error instanceof DermflowError) || error.type !== failureTypes.trainerCrashed) return error;
  const { bavail, bsize } = await statfs(scratch);
  return bavail * bsize < spaceToWork ? unavailable(`scratch folder ${scratch}: ${diskErrors.ENOSPC}`, error) : error;
}
