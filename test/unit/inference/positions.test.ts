import { describe, expect, it } from 'vitest';
import { ropePositions } from '../../../activities/inference/positions.ts';

const image = 4;
const placeholders = (count: number): number[] => new Array<number>(count).fill(image);

describe('ropePositions', () => {
  it('equals get_rope_index for two images of different shape', () => {
    const tokens = [1, 8, 3, ...placeholders(6), 5, 3, ...placeholders(4), 5, 20, 21];
    const grids = [
      { height: 4, width: 6 },
      { height: 4, width: 4 },
    ];
    // Output of Transformers 5.23 for the same ids and grids; its delta of -5 makes the next position 18 - 5.
    expect(ropePositions(tokens, image, grids, 2)).toEqual({
      time: [0, 1, 2, 3, 3, 3, 3, 3, 3, 6, 7, 8, 8, 8, 8, 10, 11, 12],
      height: [0, 1, 2, 3, 3, 3, 4, 4, 4, 6, 7, 8, 8, 9, 9, 10, 11, 12],
      width: [0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12],
      next: 13,
    });
  });

  it('counts text up on all axes', () => {
    expect(ropePositions([7, 8, 9], image, [], 2)).toEqual({
      time: [0, 1, 2],
      height: [0, 1, 2],
      width: [0, 1, 2],
      next: 3,
    });
  });

  it('refuses a prompt whose placeholders do not match its images', () => {
    const grid = { height: 2, width: 2 };
    expect(() => ropePositions([1, image, 2], image, [], 2)).toThrow('more image placeholders');
    expect(() => ropePositions([1, image, 2], image, [grid, grid], 2)).toThrow('fewer image placeholders');
  });
});
