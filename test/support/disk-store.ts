/** An artifact store in a folder. Files enter and leave as hard links, so that large sparse ones take no room. */
import { link, mkdir, opendir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createStore, digestOfFile } from '../../activities/store/store.ts';

export function createDiskStore(folder: string): ArtifactStore {
  const place = async (key: string): Promise<string> => {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    return path;
  };
  return createStore({
    size: async (key) => (await orNull(stat(join(folder, key)), 'ENOENT'))?.size ?? null,
    get: (key) => orNull(readFile(join(folder, key)), 'ENOENT'),
    download: async (key, path, { sha256 }) => {
      const source = join(folder, key);
      if (!(await orNull(stat(source), 'ENOENT'))) return 'absent';
      if ((await digestOfFile(source)) !== sha256) return 'damaged';
      await mkdir(dirname(path), { recursive: true });
      await link(source, path);
      return 'done';
    },
    put: async (key, data) => writeFile(await place(key), data),
    upload: async (key, path) => void (await orNull(link(path, await place(key)), 'EEXIST')),
    putIfAbsent: async (key, data) => {
      const written = writeFile(await place(key), data, { flag: 'wx' }).then(() => true);
      return (await orNull(written, 'EEXIST')) ?? false;
    },
    remove: (key) => rm(join(folder, key), { force: true }),
    list: (prefix, tell) =>
      eachFile(join(folder, prefix.slice(0, prefix.lastIndexOf('/') + 1)), (path) => {
        const key = relative(folder, path);
        if (key.startsWith(prefix)) tell(key);
      }),
  });
}

/** Of this folder and those in it; one that is absent has none. One entry at a time: there may be millions. */
async function eachFile(folder: string, tell: (path: string) => void): Promise<void> {
  for await (const entry of (await orNull(opendir(folder), 'ENOENT')) ?? []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await eachFile(path, tell);
    else tell(path);
  }
}

/** Takes an object away, as a lifecycle rule of the server might. */
export const removeObject = (folder: string, key: string): Promise<void> => rm(join(folder, key));

/** null for one error of the file system; any other is thrown. */
async function orNull<T>(work: Promise<T>, code: string): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return null;
    throw error;
  }
}
