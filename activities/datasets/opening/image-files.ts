/** Finds the image files of a data set by the names that its tables give. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { userMistake } from '../../../domain/failures.ts';
import type { FileRef } from './file-ref.ts';
import type { DataFile, DataFolder } from './folder.ts';
import { foldName, stemOf, withoutExtension } from './names.ts';
import type { TableRow } from './table.ts';

/** Where an image lies, or the name under which none was found. */
export type FoundImage = FileRef | { absent: string };

export interface ImageIndex {
  /**
   * The image called `name`, with or without its ending, whatever its letter case. Folders in the name are the last ones
   * of the image's path. An image that stands in the row itself needs no name.
   */
  find(name: string, row?: TableRow): Promise<FoundImage>;
}

export const imagesOf = (folder: DataFolder): ImageIndex => ({
  find: async (name, row) => row?.image ?? (await pickCopy(candidates(folder, name), folder)) ?? { absent: name },
});

function candidates(folder: DataFolder, name: string): DataFile[] {
  const wanted = foldName(name);
  const ends = (path: string, end: string): boolean => path === end || path.endsWith(`/${end}`);
  const found = folder
    .imagesNamed(stemOf(basename(name)))
    .filter(({ path }) => ends(withoutExtension(foldName(path)), withoutExtension(wanted)));
  // Beside `a.jpg` may lie `a.bmp` or a mask `a.png`: what is called exactly so goes first.
  const exact = found.filter(({ path }) => ends(foldName(path), wanted));
  return exact.length > 0 ? exact : found;
}

/** Some archives hold their folders twice; copies of one size are the same image, others are ambiguous. */
async function pickCopy(copies: readonly DataFile[], folder: DataFolder): Promise<FoundImage | null> {
  const [first, ...others] = copies;
  if (!first) return null;
  if (others.length === 0) return first.ref;
  const bytes = await Promise.all(copies.map(sizeOf));
  const differs = others.find((_, i) => bytes[i + 1] !== bytes[0]);
  if (differs) {
    const [one, other] = [first, differs].map(({ path }) => join(folder.name, path));
    throw userMistake(`${one} and ${other}: two different images have this name; remove one`);
  }
  return first.ref;
}

const sizeOf = async ({ ref }: DataFile): Promise<number> => ref.member?.bytes ?? (await stat(ref.path)).size;
