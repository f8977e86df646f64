/** PNGs that are read without libvips: the same pixels as by it, and nothing of what it alone knows. */
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../../activities/datasets/images/png.ts';
import { readPng } from '../../../activities/features/read-png.ts';

/** Whatever view of bytes it is. */
const read = (file: Uint8Array, width: number, height: number): Uint8Array | null => {
  const rgb = readPng(file, width, height);
  return rgb && new Uint8Array(rgb);
};
const noise = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: 3 * width * height }, (_, i) => (Math.imul(i + 7, 2_654_435_761) >>> 13) & 255);
const pngOf = (rgb: Uint8Array, width: number, height: number) =>
  sharp(rgb, { raw: { width, height, channels: 3 } }).png();

/** PNG specification, 9.2, forwards: what is to be added to the prediction from left, above and the corner. */
const predictions: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => Math.floor((left + up) / 2),
  (left, up, corner) =>
    [left, up, corner].toSorted((a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b))[0] ?? 0,
];

/** The rows of a PNG with a filter of one's own for each, in a file that holds no other. */
async function filteredPng(rgb: Uint8Array, width: number, filters: readonly number[]): Promise<Uint8Array> {
  const stride = 3 * width;
  const at = (row: number, i: number): number => (row < 0 || i < 0 ? 0 : (rgb[row * stride + i] ?? 0));
  const rows = filters.flatMap((filter, row) => [
    filter,
    ...Array.from({ length: stride }, (_, i) => {
      const predicted = predictions[filter]?.(at(row, i - 3), at(row - 1, i), at(row - 1, i - 3)) ?? 0;
      return (at(row, i) - predicted) & 255;
    }),
  ]);
  return withData(await encodePng(rgb, width, filters.length), deflateSync(Uint8Array.from(rows)));
}

/** The same file with other data. */
function withData(png: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = Buffer.from(png);
  const start = bytes.indexOf('IDAT');
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from('IDAT'), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length, 0);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return Buffer.concat([bytes.subarray(0, start - 4), chunk, bytes.subarray(-12)]);
}

describe('a PNG of 8-bit colour', () => {
  it('is read to the pixels that it was written from, with any filter in any row', async () => {
    const rows = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 9 }),
    );
    const pictures = rows.chain(([width, filters]) => {
      const length = 3 * width * filters.length;
      return fc.tuple(
        fc.constant(width),
        fc.constant(filters),
        fc.uint8Array({ minLength: length, maxLength: length }),
      );
    });
    await fc.assert(
      fc.asyncProperty(pictures, async ([width, filters, rgb]) => {
        expect(read(await filteredPng(rgb, width, filters), width, filters.length)).toEqual(rgb);
        expect(read(await encodePng(rgb, width, filters.length), width, filters.length)).toEqual(rgb);
      }),
    );
  });

  it('is read as by libvips, however that has packed it', async () => {
    const rgb = noise(21, 17);
    for (const options of [{}, { adaptiveFiltering: true }, { compressionLevel: 0 }, { compressionLevel: 9 }]) {
      const file = await sharp(rgb, { raw: { width: 21, height: 17, channels: 3 } })
        .png(options)
        .toBuffer();
      expect(read(file, 21, 17)).toEqual(rgb);
      expect(Buffer.compare(await sharp(file).raw().toBuffer(), rgb)).toBe(0);
    }
    const remarked = await pngOf(rgb, 21, 17)
      .withExif({ IFD0: { Copyright: 'x' } })
      .toBuffer();
    expect([null, rgb]).toContainEqual(read(remarked, 21, 17));
  });
});

describe('left to libvips', () => {
  const [width, height] = [8, 6];
  const rgb = noise(width, height);
  const colour = () => sharp(rgb, { raw: { width, height, channels: 3 } });

  it.each([
    ['another size', () => colour().resize(9, 6).png()],
    ['a palette', () => colour().png({ palette: true })],
    ['grey', () => colour().toColourspace('b-w').png()],
    ['16 bits', () => colour().toColourspace('rgb16').png()],
    ['an alpha channel', () => colour().ensureAlpha(0.5).png()],
    ['interlacing', () => colour().png({ progressive: true })],
    ['a profile of its colours', () => colour().withIccProfile('p3').png()],
    ['a JPEG', () => colour().jpeg()],
  ])('is a picture of %s', async (_, made) => {
    expect(read(await made().toBuffer(), width, height)).toBeNull();
  });

  it('is a transparent colour', async () => {
    const bytes = Buffer.from(await colour().png().toBuffer());
    const chunk = Buffer.concat([Buffer.from('tRNS'), Buffer.alloc(6)]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(6);
    check.writeUInt32BE(crc32(chunk));
    const at = bytes.indexOf('IDAT') - 4;
    expect(
      read(Buffer.concat([bytes.subarray(0, at), length, chunk, check, bytes.subarray(at)]), width, height),
    ).toBeNull();
  });

  it('is a file with any byte changed, cut off anywhere, or with other data than its size says', async () => {
    const file = new Uint8Array(await colour().png().toBuffer());
    expect(read(file, width, height)).toEqual(rgb);
    for (const [at, byte] of file.entries()) {
      expect(read(file.with(at, byte ^ 0x55), width, height), `byte ${at}`).toBeNull();
      expect(read(file.subarray(0, at), width, height), `cut at ${at}`).toBeNull();
    }
    for (const length of [0, 1, height * (3 * width + 1) - 1, height * (3 * width + 1) + 1, 10_000])
      expect(read(withData(file, deflateSync(new Uint8Array(length))), width, height)).toBeNull();
    const fifth = new Uint8Array(height * (3 * width + 1)).fill(5);
    expect(read(withData(file, deflateSync(fifth)), width, height)).toBeNull();
  });
});
