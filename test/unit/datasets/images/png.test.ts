import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../../activities/datasets/images/png.ts';
import { createRandom } from '../../../../domain/random.ts';

const noise = (name: string, length: number): Uint8Array => {
  const random = createRandom(name);
  return Uint8Array.from({ length }, () => random.int(0, 255));
};

describe('encodePng', () => {
  it.each([
    [1, 1],
    [1, 7],
    [7, 1],
    [28, 56],
    [504, 364],
  ])('of %d x %d gives the same pixels to another decoder', async (width, height) => {
    const rgb = noise(`${width}x${height}`, 3 * width * height);
    const { data, info } = await sharp(await encodePng(rgb, width, height))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width, height, channels: 3 });
    expect(Buffer.compare(data, rgb)).toBe(0);
  });

  it('encodes several at the same time, larger and smaller ones', async () => {
    const sides = [64, 8, 32, 8, 64];
    const pixels = sides.map((side, i) => noise(`${i}`, 3 * side * side));
    const pngs = await Promise.all(pixels.map((rgb, i) => encodePng(rgb, sides[i] ?? 0, sides[i] ?? 0)));
    const decoded = await Promise.all(pngs.map((png) => sharp(png).raw().toBuffer()));
    expect(decoded.map((data, i) => Buffer.compare(data, pixels[i] ?? new Uint8Array()))).toEqual(sides.map(() => 0));
  });

  it('is smaller than libvips at its default settings on smooth pixels with noise', async () => {
    const [width, height] = [224, 224];
    const grain = noise('grain', 3 * width * height);
    const rgb = grain.map((value, at) => 100 + Math.floor(at / (3 * width)) / 2 + (value % 9));
    const own = await encodePng(rgb, width, height);
    const theirs = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 6 })
      .toBuffer();
    expect(own.length).toBeLessThan(theirs.length);
  });
});
