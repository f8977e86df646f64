import { describe, expect, it } from 'vitest';
import { Cache, type Floats } from '../../../activities/inference/cache.ts';

const [heads, width] = [2, 3];

/** Each number says its row, head and token: row * 100 + head * 10 + token, `first` being the first token's. */
function written(rows: readonly number[], length: number, first = 0): Record<string, Floats> {
  const numbers = rows.flatMap((row) =>
    Array.from({ length: heads * length * width }, (_, i) => {
      const head = Math.floor(i / (length * width));
      return row * 100 + head * 10 + first + (Math.floor(i / width) % length);
    }),
  );
  return { '0.key': { data: Float32Array.from(numbers), shape: [rows.length, heads, length, width] } };
}

/** The row's first `count` tokens by head. */
function tokensOf({ data, shape }: Floats, row: number, count: number): number[][] {
  const [, , room = 0] = shape;
  return Array.from({ length: heads }, (_, head) =>
    Array.from({ length: count }, (__, token) => data[((row * heads + head) * room + token) * width] ?? Number.NaN),
  );
}

const expected = (row: number, count: number): number[][] =>
  Array.from({ length: heads }, (_, head) =>
    Array.from({ length: count }, (__, token) => row * 100 + head * 10 + token),
  );

function filled(): Cache {
  const cache = new Cache(3);
  cache.add(written([1, 2], 5), [5, 3], 0);
  cache.add(written([3], 4), [4], 2);
  return cache;
}

const part = (cache: Cache, start = 0, end = cache.lengths.length): Floats =>
  cache.rows(start, end)['0.key'] ?? { data: new Float32Array(0), shape: [] };

describe('Cache', () => {
  it('holds rows of several calls, of different lengths', () => {
    const cache = filled();
    expect(cache.lengths).toEqual([5, 3, 4]);
    expect(tokensOf(part(cache), 0, 5)).toEqual(expected(1, 5));
    expect(tokensOf(part(cache), 1, 3)).toEqual(expected(2, 3));
    expect(tokensOf(part(cache), 2, 4)).toEqual(expected(3, 4));
  });

  it('writes a token of each row behind the row’s own, in place while there is room, and grows', () => {
    const cache = filled();
    const before = part(cache).data.buffer;
    for (let token = 0; token < 60; token += 1) {
      const own = cache.lengths.map((length, i) => written([i + 1], 1, length)['0.key']?.data ?? new Float32Array(0));
      const data = Float32Array.from(own.flatMap((values) => [...values]));
      cache.add({ '0.key': { data, shape: [3, heads, 1, width] } }, [1, 1, 1], 0);
      if (token === 0) expect(part(cache).data.buffer).toBe(before);
    }
    expect(cache.lengths).toEqual([65, 63, 64]);
    for (const [row, length] of cache.lengths.entries()) {
      expect(tokensOf(part(cache), row, length)).toEqual(expected(row + 1, length));
    }
  });

  it('gives some of its rows, and makes the room that is asked for', () => {
    const cache = new Cache(3);
    cache.reserve(5);
    cache.add(written([1, 2], 5), [5, 3], 0);
    cache.add(written([3], 4), [4], 2);
    expect(part(cache, 1, 3).shape).toEqual([2, heads, 5, width]);
    expect(tokensOf(part(cache, 1, 3), 0, 3)).toEqual(expected(2, 3));
    expect(tokensOf(part(cache, 1, 3), 1, 4)).toEqual(expected(3, 4));
    cache.reserve(3);
    expect(part(cache).shape).toEqual([3, heads, 5, width]);
    cache.reserve(9);
    expect(part(cache).shape).toEqual([3, heads, 9, width]);
    expect(tokensOf(part(cache), 0, 5)).toEqual(expected(1, 5));
  });

  it('moves the last row to the place of one that is removed', () => {
    const cache = filled();
    cache.remove(0);
    expect(cache.lengths).toEqual([4, 3]);
    expect(part(cache).shape[0]).toBe(2);
    expect(tokensOf(part(cache), 0, 4)).toEqual(expected(3, 4));
    expect(tokensOf(part(cache), 1, 3)).toEqual(expected(2, 3));
    cache.remove(1);
    expect(cache.lengths).toEqual([4]);
    expect(tokensOf(part(cache), 0, 4)).toEqual(expected(3, 4));
  });
});
