/** A store in this process's memory, for tests and measurements. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createStore } from '../../activities/store/store.ts';
import { digestOf } from '../../domain/artifact.ts';

/** @param objects the contents by key; a test may look at them or damage them */
export function createMemoryStore(objects: Map<string, Uint8Array> = new Map()): ArtifactStore {
  return createStore({
    size: async (key) => objects.get(key)?.byteLength ?? null,
    get: async (key) => objects.get(key) ?? null,
    download: async (key, path, { sha256 }) => {
      const data = objects.get(key);
      if (!data) return 'absent';
      if (digestOf(data) !== sha256) return 'damaged';
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, data);
      return 'done';
    },
    put: async (key, data) => void objects.set(key, data),
    upload: async (key, path) => void objects.set(key, await readFile(path)),
    putIfAbsent: async (key, data) => {
      if (objects.has(key)) return false;
      objects.set(key, data);
      return true;
    },
    remove: async (key) => void objects.delete(key),
    list: async (prefix, tell) => {
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) tell(key);
    },
  });
}
