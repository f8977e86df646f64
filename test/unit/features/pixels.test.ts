import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { channelLevels, readPixels } from '../../../activities/features/pixels.ts';

const settings = {
  mean: [0.485, 0.456, 0.406] as [number, number, number],
  std: [0.229, 0.224, 0.225] as [number, number, number],
};
const [width, height] = [5, 3];
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);
const raw = { width, height, channels: 3 } as const;

async function read(picture: Uint8Array, side: number): Promise<Float32Array> {
  const pixels = new Float32Array(3 * side * side).fill(Number.NaN);
  await readPixels(picture, side, channelLevels(settings), pixels);
  return pixels;
}

describe('a picture as an encoder takes it', () => {
  it('is normalised channel by channel', async () => {
    const side = 4;
    const square = Uint8Array.from({ length: 3 * side * side }, (_, i) => (i * 37) % 256);
    const png = await sharp(square, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
    const pixels = await read(png, side);
    for (let i = 0; i < pixels.length; i += 1) {
      const [channel, at] = [Math.floor(i / side ** 2), i % side ** 2];
      const expected =
        ((square[3 * at + channel] ?? 0) / 255 - (settings.mean[channel] ?? 0)) / (settings.std[channel] ?? 1);
      expect(pixels[i]).toBeCloseTo(expected, 6);
    }
  });

  it('has three channels, whatever its file has', async () => {
    const side = 6;
    const grey = sharp(rgb, { raw }).toColourspace('b-w');
    const files = {
      palette: await sharp(rgb, { raw }).png({ palette: true }).toBuffer(),
      'one channel': await grey.png().toBuffer(),
      '16 bits': await sharp(rgb, { raw }).toColourspace('rgb16').png().toBuffer(),
      transparent: await sharp(rgb, { raw }).ensureAlpha(0.5).png().toBuffer(),
      CMYK: await sharp(rgb, { raw }).toColourspace('cmyk').jpeg().toBuffer(),
    };
    for (const [name, file] of Object.entries(files)) {
      const pixels = await read(file, side);
      expect(pixels.every(Number.isFinite), name).toBe(true);
      const [first, last] = [pixels[0] ?? 0, pixels.at(-1) ?? 0];
      expect([name, first === last]).toEqual([name, false]);
    }
  });

  it('that is none is told', () => expect(read(new Uint8Array(9), 4)).rejects.toThrow(/unsupported image format/));
});
