/** Perceptual hashes and the search among them, on drawn pictures; docs/data-sets.md has what they do on real ones. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexInMemory } from '../../../domain/cases/memory-index.ts';
import { nearDuplicateLikeness } from '../../../domain/cases/near-duplicates.ts';
import {
  hashSide,
  levelsOf,
  orientations,
  perceptualHashOf,
  perceptualHashPattern,
  turn,
} from '../../../domain/cases/perceptual-hash.ts';
import { draw, drawnHash, scene } from '../../support/drawn-pictures.ts';

describe('perceptualHashOf', () => {
  it('gives a level for each cell, the same for other sizes and other light', () => {
    const cells = fc.uint8Array({ minLength: hashSide ** 2, maxLength: hashSide ** 2, max: 100 });
    fc.assert(
      fc.property(cells, fc.integer({ min: 0, max: 50 }), fc.integer({ min: 2, max: 4 }), (grey, more, scale) => {
        const drawn = (side: number, add: number) =>
          draw(
            (x, y) => (grey[Math.floor(y * hashSide) * hashSide + Math.floor(x * hashSide)] ?? 0) + add,
            side * hashSide,
            side * hashSide,
          );
        expect(perceptualHashOf(drawn(scale, more))).toBe(perceptualHashOf(drawn(2, 0)));
        expect(perceptualHashOf(drawn(2, 0))).toMatch(perceptualHashPattern);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves a border of one colour out, and takes no more than that for a border', async () => {
    const inner = scene(1);
    const hash = perceptualHashOf(draw(inner));
    for (const colour of [0, 128, 255]) {
      const framed = draw(
        (x, y) => {
          const [u, v] = [(x - 0.1) / 0.8, (y - 0.1) / 0.8];
          return u < 0 || v < 0 || u > 1 || v > 1 ? colour : inner(u, v);
        },
        300,
        225,
      );
      const [near] = await (await indexInMemory([hash])).nearest([perceptualHashOf(framed)]);
      expect(near?.likeness).toBeGreaterThan(0.9);
    }
    expect(perceptualHashOf(draw(() => 90))).toBe('0'.repeat(hashSide ** 2));
  });
});

describe('turn', () => {
  it('has eight results, of which the first is the grid and four quarters are none', () => {
    const grid = Float32Array.from({ length: 9 }, (_, i) => i);
    const all = Array.from({ length: orientations }, (_, i) => turn(grid, i).join());
    expect(all[0]).toBe(grid.join());
    expect(new Set(all).size).toBe(8);
    expect(turn(turn(turn(turn(grid, 1), 1), 1), 1)).toEqual(grid);
  });
});

describe('indexInMemory', () => {
  const pictures = Array.from({ length: 60 }, (_, seed) => seed);
  const indexed = indexInMemory(pictures.map((seed) => drawnHash(seed)));
  const point =
    (at: (x: number, y: number) => number, change: Change) =>
    (x: number, y: number): number =>
      at(...change(x, y));
  type Change = (x: number, y: number) => [number, number];
  const cut =
    (left: number, top: number, right: number, bottom: number): Change =>
    (x, y) => [left + x * (1 - left - right), top + y * (1 - top - bottom)];
  const changes: [what: string, change: Change, width?: number, height?: number][] = [
    ['half the size', (x, y) => [x, y], 120, 90],
    ['2 % cut at each edge', cut(0.02, 0.02, 0.02, 0.02)],
    ['7 % cut at each edge', cut(0.07, 0.07, 0.07, 0.07)],
    ['10 % cut at each edge', cut(0.1, 0.1, 0.1, 0.1)],
    ['10 % cut at left and top', cut(0.1, 0.1, 0, 0)],
    ['the square of the middle', cut(0.125, 0, 0.125, 0), 180, 180],
    ['mirrored', (x, y) => [1 - x, y]],
    ['turned by a quarter', (x, y) => [y, 1 - x], 180, 240],
    ['turned by half', (x, y) => [1 - x, 1 - y]],
    ['turned by three quarters', (x, y) => [1 - y, x], 180, 240],
    ['turned, mirrored and cut', (x, y) => cut(0.05, 0.05, 0.05, 0.05)(1 - y, 1 - x), 180, 240],
  ];
  for (const [what, change, width, height] of changes) {
    it(`finds a picture and nothing else: ${what}`, async () => {
      const index = await indexed;
      for (const seed of [0, 59, 1000]) {
        const changed = draw(point(scene(seed), change), width, height);
        const [near] = await index.nearest([perceptualHashOf(changed)]);
        expect(near?.position ?? null).toBe(seed < 60 ? seed : null);
        if (near) expect(near.likeness).toBeGreaterThanOrEqual(nearDuplicateLikeness);
      }
    });
  }

  it('takes a picture of one colour for none, and none for it', async () => {
    const nearest = async (of: string[], hash: string) => (await indexInMemory(of)).nearest([hash]);
    const plain = '0'.repeat(hashSide ** 2);
    expect(await (await indexed).nearest([plain])).toEqual([null]);
    expect(await nearest([plain, plain], plain)).toEqual([null]);
    expect(await nearest([], drawnHash(1))).toEqual([null]);
  });

  it('does not slow down where all pictures are the same', async () => {
    const [same, other] = [drawnHash(1), drawnHash(2)];
    const many = await indexInMemory(Array.from({ length: 5000 }, () => same));
    for (const near of await many.nearest(Array.from({ length: 20 }, () => same)))
      expect(near?.likeness).toBeCloseTo(1);
    expect(await many.nearest([other])).toEqual([null]);
  });

  it('reads levels as they were written', () => {
    expect([...levelsOf(`0123456789abcdef${'0'.repeat(hashSide ** 2 - 16)}`).slice(0, 16)]).toEqual(
      Array.from({ length: 16 }, (_, i) => i),
    );
  });
});
