/** Many small image files under given names, for tests and benchmarks. */
import { link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** One image under every name: enough where only names are read. */
export async function linkImages(folder: string, names: Iterable<string>): Promise<void> {
  const first = join(folder, '.image');
  await mkdir(folder, { recursive: true });
  await writeFile(first, await drawImage(0));
  const made = new Set<string>();
  for (const name of names) {
    const path = join(folder, name);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
    await link(first, path);
  }
}

/** A different image under every name. */
export async function drawImages(folder: string, names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), await drawImage(index));
  }
}

/** A PNG of 56 x 56, different for each index below 2 ** 24. */
export async function drawImage(index: number): Promise<Buffer> {
  const background = { r: index & 0xff, g: (index >> 8) & 0xff, b: (index >> 16) & 0xff };
  return sharp({ create: { width: 56, height: 56, channels: 3, background } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}
