/** The digest of the code that computes: the same digest means the same results from the same inputs. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { repositoryRoot } from './env.ts';

/** Everything that an activity's result may depend on: our own code and data, and the locked versions of others'. */
const parts = [
  'activities',
  'cli',
  'domain',
  'infra',
  'platform',
  'trainer',
  'workers',
  'workflows',
  'package-lock.json',
];
/** What running it leaves behind. */
const leftovers = /(^|\/)(__pycache__|\.pytest_cache|\.ruff_cache|\.venv|tests)\/|\.pyc$/;

let digest: Promise<string> | null = null;

/** SHA-256 in hex over names and bytes; computed once in a process. */
export function codeDigest(): Promise<string> {
  digest ??= digestOfCode(repositoryRoot);
  return digest;
}

/** @param root of a copy of this repository */
export async function digestOfCode(root: string): Promise<string> {
  const files = (await Promise.all(parts.map((part) => filesBelow(root, join(root, part))))).flat().toSorted();
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = await readFile(join(root, file));
    hash.update(`${file}\n${bytes.byteLength}\n`).update(bytes);
  }
  return hash.digest('hex');
}

async function filesBelow(root: string, path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [relative(root, path)];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !leftovers.test(file));
}
