/** Image sets for the benchmark, in HAM10000's layout. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodePng } from '../../activities/datasets/images/png.ts';
import { createRandom } from '../../domain/random.ts';

const imageFolder = 'HAM10000_images_part_1';

async function writeSet(
  folder: string,
  count: number,
  ending: string,
  draw: (i: number) => Uint8Array | Promise<Uint8Array>,
): Promise<string[]> {
  await mkdir(join(folder, imageFolder), { recursive: true });
  const lines = ['lesion_id,image_id,dx,dx_type,age,sex,localization'];
  const paths: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const path = join(folder, imageFolder, `ISIC_${i}${ending}`);
    await writeFile(path, await draw(i));
    paths.push(path);
    lines.push(`HAM_${i},ISIC_${i},${i % 3 ? 'nv' : 'mel'},histo,55.0,male,back`);
  }
  await writeFile(join(folder, 'HAM10000_metadata.csv'), `${lines.join('\n')}\n`);
  return paths;
}

/** JPEGs of 1024 x 768 like a camera's: smooth skin, a darker blob, some noise; about 150 kB each. */
export const writePhotographs = (folder: string, count: number): Promise<string[]> =>
  writeSet(folder, count, '.jpg', async (i) => {
    const random = createRandom(`photograph/${i}`);
    const coarse = Uint8Array.from(
      { length: 16 * 12 * 3 },
      (_, at) => 120 + 30 * (at % 3 === 0 ? 2 : 1) - random.int(0, 60),
    );
    const noise = { type: 'gaussian', mean: 128, sigma: 14 } as const;
    const grain = sharp({ create: { width: 1024, height: 768, channels: 3, background: '#808080', noise } });
    return sharp(coarse, { raw: { width: 16, height: 12, channels: 3 } })
      .resize(1024, 768, { kernel: 'cubic' })
      .composite([{ input: await grain.png({ compressionLevel: 0 }).toBuffer(), blend: 'soft-light' }])
      .jpeg({ quality: 90 })
      .toBuffer();
  });

/** Different PNGs of 56 x 56, as small as images get, so that only their number matters. */
export const writeTinyImages = (folder: string, count: number): Promise<string[]> =>
  writeSet(folder, count, '.png', tinyPng);

function tinyPng(index: number): Promise<Uint8Array> {
  const side = 56;
  const rgb = Buffer.alloc(3 * side * side, 128);
  rgb.writeUInt32BE(index);
  return encodePng(rgb, side, side);
}
