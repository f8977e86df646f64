import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type NormalisedImage, normaliseImage } from '../../../activities/datasets/images.ts';
import { jpeg, temporaryFolder, writeFiles } from '../../support/datasets.ts';

const budget = { maxPixels: 12_544, snapTo: 28 };

async function normalise(data: Uint8Array | string, name = 'lesion.jpg'): Promise<NormalisedImage> {
  const image = await normaliseImage(await fileWith(data, name), budget);
  if ('badImage' in image) throw new Error(image.badImage);
  return image;
}

async function fileWith(data: Uint8Array | string, name: string): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, { [name]: data });
  return join(folder, name);
}

/** Left half red, right half blue. */
const halves = (width: number, height: number): Sharp => {
  const blue = { create: { width: width / 2, height, channels: 3, background: '#0000ff' } } as const;
  const red = sharp({ create: { width, height, channels: 3, background: '#ff0000' } });
  return red.composite([{ input: blue, left: width / 2, top: 0 }]).removeAlpha();
};

describe('normaliseImage', () => {
  it('keeps the pixels of an image that fits', async () => {
    const png = await halves(112, 84).png().toBuffer();
    const image = await normalise(png, 'lesion.png');
    expect([image.width, image.height]).toEqual([112, 84]);
    expect(await sharp(image.png).raw().toBuffer()).toEqual(await sharp(png).raw().toBuffer());
  });

  it('gives the same bytes every time', async () => {
    const data = await halves(640, 480).jpeg().toBuffer();
    const [first, second] = [await normalise(data), await normalise(data)];
    expect(Buffer.compare(first.png, second.png)).toBe(0);
  });

  it('fits a large image into the budget', async () => {
    const image = await normalise(await jpeg(1, 1000, 700));
    expect([image.width, image.height]).toEqual([112, 84]);
    expect(await sharp(image.png).metadata()).toMatchObject({ format: 'png', width: 112, height: 84, channels: 3 });
  });

  it('turns an image upright by its EXIF orientation', async () => {
    const sideways = await halves(560, 280).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const image = await normalise(sideways);
    expect(image.height).toBeGreaterThan(image.width);
    const { data, info } = await sharp(image.png).raw().toBuffer({ resolveWithObject: true });
    const pixel = (y: number): number[] => [...data.subarray(y * info.width * 3, y * info.width * 3 + 3)];
    expect(pixel(5)[0]).toBeGreaterThan(200); // what was left is now on top: red
    expect(pixel(info.height - 5)[2]).toBeGreaterThan(200);
  });

  it('strips what an image says of its patient', async () => {
    const tagged = await halves(56, 56)
      .jpeg()
      .withExif({ IFD0: { ImageDescription: 'Jane Doe', Copyright: 'Jane Doe' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><p>Jane Doe</p></x:xmpmeta>')
      .toBuffer();
    expect(tagged.includes('Jane Doe')).toBe(true);
    const { png } = await normalise(tagged);
    expect(Buffer.from(png).includes('Jane Doe')).toBe(false);
    const metadata = await sharp(png).metadata();
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.icc]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('makes three channels of grey, palette, 16-bit and transparent images', async () => {
    const base = halves(56, 56);
    const sources = [
      await base.clone().greyscale().png().toBuffer(),
      await base.clone().png({ palette: true }).toBuffer(),
      await base.clone().toColourspace('rgb16').png().toBuffer(),
      await base.clone().ensureAlpha(0.5).png().toBuffer(),
    ];
    for (const source of sources) {
      const { png } = await normalise(source, 'lesion.png');
      expect(await sharp(png).metadata()).toMatchObject({ channels: 3, depth: 'uchar', space: 'srgb' });
    }
  });

  const unusable: [what: string, make: () => Promise<Uint8Array | string>, says: RegExp][] = [
    ['a truncated JPEG', async () => (await noisyJpeg()).subarray(0, 4000), /^lesion\.jpg: .*premature end/],
    [
      'a JPEG whose last bytes are lost',
      async () => (await noisyJpeg()).subarray(0, -20),
      /^lesion\.jpg: .*premature end/,
    ],
    ['an empty file', async () => '', /^lesion\.jpg: /],
    ['text', async () => 'no image', /^lesion\.jpg: .*unsupported image format/],
    [
      'a drawing',
      async () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      /^lesion\.jpg: svg is not accepted/,
    ],
    ['a strip', () => jpeg(1, 4000, 10), /^lesion\.jpg: 4000x10 is more than 200 times/],
    ['a bomb', () => bomb(), /^lesion\.jpg: Input image exceeds pixel limit/],
  ];
  for (const [what, make, says] of unusable) {
    it(`names the file of ${what}`, async () => {
      const outcome = await normaliseImage(await fileWith(await make(), 'lesion.jpg'), budget);
      expect('badImage' in outcome && outcome.badImage).toMatch(says);
      expect('badImage' in outcome && outcome.badImage).not.toContain('\n');
    });
  }

  it('throws for a file that is not there, which is no fault of the image', async () => {
    await expect(normaliseImage(join(await temporaryFolder(), 'lesion.jpg'), budget)).rejects.toThrow(/ENOENT/);
  });

  it('does not change the file', async () => {
    const data = await jpeg(1, 300, 200);
    const file = await fileWith(data, 'lesion.jpg');
    await normaliseImage(file, budget);
    expect(await readFile(file)).toEqual(data);
  });
});

const noisyJpeg = (): Promise<Buffer> =>
  sharp({
    create: {
      width: 200,
      height: 200,
      channels: 3,
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
      background: '#000',
    },
  })
    .jpeg()
    .toBuffer();

/** A PNG of one pixel whose header claims 12,000 x 12,000. */
async function bomb(): Promise<Buffer> {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
  png.writeUInt32BE(12_000, 16);
  png.writeUInt32BE(12_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}
