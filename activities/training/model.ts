/** What a base model is: the digest that is a part of the keys of training results. */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { userMistake } from '../../domain/failures.ts';
import { digestOfFile } from '../store/store.ts';
import { modelPath } from '../trainer/model-folders.ts';

const hubId = /^[\w.-]+\/[\w.-]+(@[\w.-]+)?$/;

/**
 * A folder is known by the digest of its files' digests; a hub id (`owner/name`) by its name, since only the gpu worker
 * has its bytes. `onProgress` counts files.
 */
export async function identifyModel(
  base: string,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ModelRef> {
  const path = modelPath({ base, sha256: '' });
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return { base, sha256: await digestOfFolder(path, onProgress) };
  if (hubId.test(base) && !isAbsolute(base)) return { base, sha256: digestOf(`hub:${base}`) };
  throw userMistake(
    `model.base: there is no folder ${base}; give a folder in Hugging Face layout, a hub id, or "tiny"`,
  );
}

/** Files that say how a model was made, not what it is. */
const records = ['BUILD.json', 'README.md'];

async function digestOfFolder(folder: string, onProgress: (done: number, total: number) => void): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !records.includes(entry.name));
  if (!files.some((file) => file.name === 'config.json')) {
    throw userMistake(`model.base: ${folder} has no config.json; it is no model in Hugging Face layout`);
  }
  const digests: Record<string, string> = {};
  for (const [done, file] of files.entries()) {
    onProgress(done, files.length);
    const path = join(file.parentPath, file.name);
    digests[relative(folder, path)] = await digestOfFile(path);
  }
  return digestOf(canonicalJson(digests));
}
