/** An artifact store in a folder, so that a benchmark measures the import and not a server. */
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createStore } from '../../activities/store/store.ts';

export function createFolderStore(folder: string): ArtifactStore {
  const at = (key: string): string => join(folder, key);
  const orNull = <T>(work: Promise<T>): Promise<T | null> =>
    work.catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  const ready = (key: string): Promise<unknown> => mkdir(dirname(at(key)), { recursive: true });
  return createStore({
    size: async (key) => (await orNull(stat(at(key))))?.size ?? null,
    get: (key) => orNull(readFile(at(key))),
    download: (key, path) =>
      copyFile(at(key), path).then(
        () => 'done',
        () => 'absent',
      ),
    put: async (key, data) => {
      await ready(key);
      await writeFile(at(key), data);
    },
    upload: async (key, path) => {
      await ready(key);
      await copyFile(path, at(key));
    },
    putIfAbsent: async (key, data) => {
      await ready(key);
      return writeFile(at(key), data, { flag: 'wx' }).then(
        () => true,
        () => false,
      );
    },
    remove: (key) => rm(at(key), { force: true }),
    list: async (prefix) => (await readdir(folder, { recursive: true })).filter((key) => key.startsWith(prefix)),
  });
}
