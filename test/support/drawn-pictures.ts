/** Drawn pictures for tests of perceptual hashes. */
import { type Pixels, perceptualHashOf } from '../../domain/cases/perceptual-hash.ts';
import { createRandom } from '../../domain/random.ts';

/** A dark spot on skin with structure of two sizes, at any point from 0 to 1; no two seeds are alike. */
export function scene(seed: number): (x: number, y: number) => number {
  const random = createRandom(`scene/${seed}`);
  const [cells, fine] = [11, 29];
  const coarse = Array.from({ length: (cells + 1) ** 2 }, () => random.normal(22));
  const small = Array.from({ length: (fine + 1) ** 2 }, () => random.normal(8));
  const [x0, y0, radius] = [random.between(0.4, 0.6), random.between(0.4, 0.6), random.between(0.15, 0.3)];
  const smooth = (grid: readonly number[], side: number, x: number, y: number): number => {
    const [i, j] = [Math.min(Math.floor(x * side), side - 1), Math.min(Math.floor(y * side), side - 1)];
    const [u, v] = [x * side - i, y * side - j];
    const at = (column: number, row: number): number => grid[row * (side + 1) + column] ?? 0;
    return (at(i, j) * (1 - u) + at(i + 1, j) * u) * (1 - v) + (at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u) * v;
  };
  return (x, y) => {
    const spot = 70 / (1 + Math.exp((Math.hypot(x - x0, y - y0) - radius) * 40));
    return 150 - spot + smooth(coarse, cells, x, y) + smooth(small, fine, x, y);
  };
}

/** Draws what `at` gives for each point of the picture, both from 0 to 1. */
export function draw(at: (x: number, y: number) => number, width = 240, height = 180): Pixels {
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i += 1) {
    const [x, y] = [((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height];
    rgb.fill(Math.round(Math.min(Math.max(at(x, y), 0), 255)), 3 * i, 3 * i + 3);
  }
  return { rgb, width, height };
}

export const drawnHash = (seed: number): string => perceptualHashOf(draw(scene(seed), 96, 72));
