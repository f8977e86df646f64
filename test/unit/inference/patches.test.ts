import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOf, type ImageSpec, imageTokens, patchOrder, toPatches } from '../../../activities/inference/patches.ts';
import { digestOf } from '../../../domain/artifact.ts';

const qwen: ImageSpec = {
  patchSize: 14,
  temporalPatchSize: 2,
  mergeSize: 2,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  rescaleFactor: 0.00392156862745098,
  minPixels: 3136,
  maxPixels: 1003520,
};

/** Channel c of the pixel at (x, y) is 7x + 13y + 50c, modulo 256. */
function ramp(height: number, width: number): Uint8Array {
  const rgb = new Uint8Array(height * width * 3);
  return rgb.map((_, i) => Math.floor(i / 3 / width) * 13 + (Math.floor(i / 3) % width) * 7 + (i % 3) * 50);
}

describe('toPatches', () => {
  // Digests of the little-endian float32 pixel_values of Qwen2VLImageProcessor (Transformers 5.23) for `ramp`.
  it.each([
    { height: 84, width: 140, digest: '3fc341ddb1937e150a4c23e54d43886e7da9fea1560e9034d273926be7084960' },
    { height: 140, width: 84, digest: 'd5ba44b1a0d155dca35ffb31bac90d189d305fc1ac47c9d333e620da51dd05d1' },
    { height: 112, width: 112, digest: '85b7e89ba218f0a8f5117eaf75e300d3d93bbe321c93c637bb9e7b450e1d55db' },
  ])('equals the processor bit for bit at $height x $width', ({ height, width, digest }) => {
    const patches = toPatches(ramp(height, width), gridOf({ height, width, name: 'ramp' }, qwen), qwen);
    expect(digestOf(new Uint8Array(patches.buffer))).toBe(digest);
  });

  it('repeats a still image over the temporal patch', () => {
    const patches = toPatches(ramp(28, 56), { height: 2, width: 4 }, qwen);
    const plane = 14 * 14;
    for (let at = 0; at < patches.length; at += 2 * plane) {
      expect(patches.subarray(at, at + plane)).toEqual(patches.subarray(at + plane, at + 2 * plane));
    }
  });
});

describe('patchOrder', () => {
  it('goes through blocks of 2 x 2', () => {
    const order = [...patchOrder({ height: 2, width: 4 }, 2)].map(({ row, column }) => `${row}${column}`);
    expect(order).toEqual(['00', '01', '10', '11', '02', '03', '12', '13']);
  });

  it('visits every patch once', () => {
    const even = fc.integer({ min: 1, max: 12 }).map((n) => 2 * n);
    fc.assert(
      fc.property(even, even, (height, width) => {
        const visited = [...patchOrder({ height, width }, 2)].map(({ row, column }) => row * width + column);
        expect(visited.toSorted((a, b) => a - b)).toEqual(Array.from({ length: height * width }, (_, i) => i));
      }),
    );
  });
});

describe('gridOf', () => {
  it('counts patches, and tokens of merged ones', () => {
    const grid = gridOf({ width: 140, height: 84, name: 'a.png' }, qwen);
    expect(grid).toEqual({ height: 6, width: 10 });
    expect(imageTokens(grid, qwen)).toBe(15);
  });

  it.each([
    { width: 141, height: 84, why: 'not a multiple of 28' },
    { width: 28, height: 28, why: 'too small' },
    { width: 2800, height: 2800, why: 'too large' },
  ])('refuses $width x $height: $why', ({ width, height }) => {
    expect(() => gridOf({ width, height, name: 'a.png' }, qwen)).toThrow(`image a.png is ${width}x${height}`);
  });
});
