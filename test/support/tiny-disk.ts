/** A disk so small that it fills up: a tmpfs, which only root can mount. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TinyDisk {
  path: string;
  remove(): void;
}

/** Null, said aloud, where it cannot be mounted. */
export function mountTinyDisk(megabytes: number): TinyDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'dermflow-disk-'));
  const remove = (): void => {
    execFileSync('umount', [path]);
    rmdirSync(path);
  };
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
    return { path, remove };
  } catch {
    rmdirSync(path);
    console.warn('skipped: a full disk (mounting a tmpfs needs root; run the tests as root to include it)');
    return null;
  }
}
