import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type NormalisedImage, normaliseImage } from '../../../../activities/datasets/images/intake.ts';
import { jpeg, temporaryFolder, writeFiles } from '../../../support/datasets.ts';

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
    [
      'a page that answered in the place of an image',
      async () => '<html>403</html>',
      /^lesion\.jpg: is an HTML page, no image$/,
    ],
    ['nothing', async () => '', /^lesion\.jpg: is an empty file, no image$/],
    ['a bitmap of no height', () => changed(bitmap(24), 22, 0), /^lesion\.jpg: claims 112x0 pixels/],
    // Each of these would come out as other pixels.
    ['a compressed bitmap', () => changed(bitmap(24), 30, 1), /^lesion\.jpg: is a kind of BMP that is not read/],
    ['a bitmap upside down', () => changed(bitmap(24), 22, -84), /^lesion\.jpg: is a kind of BMP that is not read/],
    ['a bitmap with a gap', () => changed(bitmap(24), 10, 58), /^lesion\.jpg: is a kind of BMP that is not read/],
    ['a cut bitmap', async () => (await bitmap(24)).subarray(0, 500), /^lesion\.jpg: /],
    [
      'a bitmap that is a bomb',
      () => changed(bitmap(24), 18, 60_000_000),
      /^lesion\.jpg: claims 60000000x84 pixels; at most 1000000/,
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

  const formats: [name: string, make: () => Promise<Uint8Array>][] = [
    ['lesion.jfif', () => halves(112, 84).jpeg({ quality: 100 }).toBuffer()],
    ['lesion.webp', () => halves(112, 84).webp({ lossless: true }).toBuffer()],
    ['lesion.tif', () => halves(112, 84).tiff({ compression: 'lzw' }).toBuffer()],
    ['lesion.bmp', () => bitmap(24)],
    ['lesion.jpg', () => bitmap(32)], // the name decides nothing
    ['listed.bmp', async () => listedBitmap()],
  ];
  for (const [name, make] of formats) {
    it(`decodes ${name}, from disk and from memory`, async () => {
      const image = await normalise(await make(), name);
      const loaded = await normaliseImage({ name, bytes: await make() }, budget);
      expect(loaded).toEqual(image);
      expect([image.width, image.height]).toEqual([112, 84]);
      const { data } = await sharp(image.png).raw().toBuffer({ resolveWithObject: true });
      const [left, right] = [[...data.subarray(0, 3)], [...data.subarray(111 * 3, 112 * 3)]];
      for (const [i, wanted] of [255, 0, 0].entries()) expect(Math.abs((left[i] ?? 0) - wanted)).toBeLessThan(4);
      for (const [i, wanted] of [0, 0, 255].entries()) expect(Math.abs((right[i] ?? 0) - wanted)).toBeLessThan(4);
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

/** Both halves as a Windows bitmap, whose fourth byte a pixel, where there is one, is zero. */
async function bitmap(bitPP: 24 | 32): Promise<Buffer> {
  const [width, height] = [112, 84];
  const rgb = await halves(width, height).flip().raw().toBuffer(); // the last row comes first
  const pixels = Array.from({ length: width * height }, (_, i) => [...rgb.subarray(3 * i, 3 * i + 3)].toReversed());
  return bitmapOf(width, height, bitPP, [], Buffer.from(pixels.flatMap((bgr) => (bitPP === 32 ? [...bgr, 0] : bgr))));
}

/** The same with two colours in a list. */
function listedBitmap(): Buffer {
  const [red, blue] = [
    [0, 0, 255, 0],
    [255, 0, 0, 0],
  ];
  const row = Array.from({ length: 112 }, (_, x) => (x < 56 ? 0 : 1));
  return bitmapOf(112, 84, 8, [red, blue].flat(), Buffer.from(Array.from({ length: 84 }, () => row).flat()));
}

function bitmapOf(width: number, height: number, bitPP: number, colours: number[], pixels: Buffer): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + colours.length + pixels.length, 2);
  header.writeUInt32LE(54 + colours.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bitPP, 28);
  header.writeUInt32LE(colours.length / 4, 46);
  return Buffer.concat([header, Buffer.from(colours), pixels]);
}

async function changed(file: Buffer | Promise<Buffer>, at: number, value: number): Promise<Buffer> {
  const copy = Buffer.from(await file);
  copy.writeInt32LE(value, at);
  return copy;
}

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
