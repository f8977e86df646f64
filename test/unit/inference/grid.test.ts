import { describe, expect, it } from 'vitest';
import { gridOf, type ImageSpec, imageTokens } from '../../../activities/inference/grid.ts';

const qwen: ImageSpec = { patchSize: 14, mergeSize: 2, minPixels: 3136, maxPixels: 1003520 };

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
