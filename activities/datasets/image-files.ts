/** Finds the image files of a data set below its folder. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { userMistake } from '../../domain/failures.ts';

const extensions: readonly string[] = ['.jpg', '.jpeg', '.png'];

export interface ImageIndex {
  size: number;
  /** Path of the image called `id`, whatever its letter case; null if there is none. */
  find(id: string): Promise<string | null>;
}

/** Indexes `folder` and the folders directly in it, but those named in `except`, by file name without extension. */
export async function indexImages(folder: string, except: readonly string[]): Promise<ImageIndex> {
  const paths = new Map<string, string[]>();
  const add = async (directory: string): Promise<string[]> => {
    const entries = await readdir(directory, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const extension = extname(entry.name);
      if (entry.isDirectory() || entry.name.startsWith('.') || !extensions.includes(extension.toLowerCase())) continue;
      const stem = entry.name.slice(0, -extension.length).toLowerCase();
      paths.set(stem, [...(paths.get(stem) ?? []), join(directory, entry.name)]);
    }
    return entries.filter((e) => e.isDirectory() && !except.includes(e.name)).map((e) => join(directory, e.name));
  };
  for (const inner of (await add(folder)).toSorted()) await add(inner);
  return { size: paths.size, find: (id) => pickCopy(paths.get(id.toLowerCase()) ?? []) };
}

/** The Kaggle archive holds its folders twice; copies of one size are the same image, others are ambiguous. */
async function pickCopy(copies: readonly string[]): Promise<string | null> {
  const [first, ...others] = copies;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const bytes = await Promise.all(copies.map(async (copy) => (await stat(copy)).size));
  const differs = copies.find((_, i) => bytes[i] !== bytes[0]);
  if (differs !== undefined)
    throw userMistake(`${first} and ${differs}: two different images have this name; remove one`);
  return first;
}
