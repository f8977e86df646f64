/** Finds the image files of a data set below its folder. */
import { opendir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { userMistake } from '../../domain/failures.ts';
import { createDiskMap } from './disk-map.ts';
import type { FoundImage } from './source.ts';

const extensions: readonly string[] = ['.jpg', '.jpeg', '.png'];
const deepestFolder = 5;

export interface ImageIndex {
  /** The image called `name`, with or without its extension, whatever its letter case and folder. */
  find(name: string): Promise<FoundImage>;
}

export interface IndexOptions {
  /** Folders directly below the set's that hold something else. */
  except?: readonly string[];
  /** How many of the last folders belong to an image's name; none by default. */
  foldersInName?: number;
}

/**
 * Indexes the images in `folder` and below. Their number costs disk, not memory.
 */
export async function indexImages(folder: string, options: IndexOptions = {}): Promise<ImageIndex> {
  const { except = [], foldersInName = 0 } = options;
  const paths = createDiskMap();
  const keyOf = (path: string): string =>
    withoutExtension(path)
      .toLowerCase()
      .split('/')
      .slice(-1 - foldersInName)
      .join('/');
  for await (const path of imagesBelow(folder, except, deepestFolder)) paths.add(keyOf(path), path);
  return { find: async (name) => (await pickCopy(paths.get(keyOf(name)))) ?? { absent: name } };
}

/** Paths of the images in `folder` and below, in no particular order; hidden files and folders are passed over. */
export async function* imagesBelow(folder: string, except: readonly string[], depth: number): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(path)));
    if (isFolder && depth > 0 && !except.includes(entry.name)) yield* imagesBelow(path, [], depth - 1);
    else if (!isFolder && extensions.includes(extname(entry.name).toLowerCase())) yield path;
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Drops the ending of an image's file name and no other: `ISIC_1.a` keeps its own. */
export const withoutExtension = (name: string): string =>
  extensions.includes(extname(name).toLowerCase()) ? name.slice(0, -extname(name).length) : name;

/** File name without folder and ending. */
export const stemOf = (path: string): string => withoutExtension(basename(path));

/** Some archives hold their folders twice; copies of one size are the same image, others are ambiguous. */
async function pickCopy(copies: readonly string[]): Promise<FoundImage | null> {
  const [path, ...others] = copies.toSorted();
  if (path === undefined) return null;
  if (others.length === 0) return { path };
  const bytes = await Promise.all([path, ...others].map(async (copy) => (await stat(copy)).size));
  const differs = others.find((_, i) => bytes[i + 1] !== bytes[0]);
  if (differs !== undefined)
    throw userMistake(`${path} and ${differs}: two different images have this name; remove one`);
  return { path };
}
