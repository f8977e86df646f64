/** Zip archives in memory, for tests. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export interface ZipMember {
  name: string;
  data: string | Uint8Array;
  /** Unix mode, e.g. of a symbolic link. */
  mode?: number;
  compress?: boolean;
}

export function zipOf(members: readonly ZipMember[]): Promise<Buffer> {
  const archive = new yazl.ZipFile();
  for (const { name, data, mode = 0o100644, compress = true } of members) {
    archive.addBuffer(Buffer.from(data), name, { mode, compress });
  }
  archive.end();
  return buffer(archive.outputStream);
}

/** Everything below a folder, `inside` a folder of the archive. */
export async function zipFolder(folder: string, inside = ''): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const members = paths.map(async (path) => ({
    name: `${inside}${path.slice(folder.length + 1)}`,
    data: await readFile(path),
  }));
  return zipOf(await Promise.all(members));
}

/** An archive in which a member's name stands for another of the same length, as no honest tool writes it. */
export async function zipWithName(name: string, data: string | Uint8Array): Promise<Buffer> {
  const harmless = name.replaceAll(/[./\\:]/g, 'x');
  const text = (await zipOf([{ name: harmless, data }])).toString('latin1');
  return Buffer.from(text.replaceAll(harmless, name), 'latin1');
}
