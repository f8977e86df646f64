import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawThumbnails } from '../../../activities/reporting/thumbnails.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { patternPng } from '../../support/micro-model.ts';

const store = createMemoryStore();
const put = async (height: number, width: number) => ({
  ...(await store.putBlob(await patternPng(`${height}x${width}`, [height, width]))),
  ...{ height, width },
});

describe('drawThumbnails', () => {
  it.each([
    { height: 112, width: 112, shown: [112, 112] },
    { height: 336, width: 560, shown: [192, 320] },
    { height: 640, width: 320, shown: [320, 160] },
  ])('fits $height x $width into 320 pixels, never larger than it is', async ({ height, width, shown }) => {
    const image = await put(height, width);
    const uri = (await drawThumbnails(store, [image])).get(image.sha256) ?? '';
    const { format, ...size } = await sharp(
      Buffer.from(uri.replace('data:image/webp;base64,', ''), 'base64'),
    ).metadata();
    expect([format, size.height, size.width]).toEqual(['webp', ...shown]);
  });

  it('draws an image once', async () => {
    const image = await put(56, 56);
    expect((await drawThumbnails(store, [image, image])).size).toBe(1);
  });

  it('names an image that is missing', async () => {
    const absent = { sha256: 'e'.repeat(64), bytes: 1, height: 56, width: 56 };
    await expect(drawThumbnails(store, [absent])).rejects.toThrow('e'.repeat(64));
  });
});
