/** The likeness of two pictures as it is defined (domain/cases/alignment.ts), in the plainest way: no memory is used twice. */
import type { Window } from '../../domain/cases/alignment.ts';
import { hashSide as side } from '../../domain/cases/perceptual-hash.ts';

const steps = 8;
/** A window may move so far in one step, and has left what a crop or border can be beyond these. */
const [longestStep, widest, narrowest] = [0.05, -0.05, 0.18];
/** From here on nothing is gained by looking on; what has not come so far in three steps is another picture. */
const sure = 0.9;
const promising = 0.3;
/** Squared deviation that rounding to whole levels leaves where there is no structure, with a margin. */
const roundingNoise = 0.32;
const blurRadius = 2;

/** Correlation of the fine structure, -1 to 1, of `part` and of the best window of `whole` near `start`. */
export function plainLikeness(whole: Float32Array, part: Float32Array, start: Window): number {
  const fine = sharpen(part);
  let window = start;
  let best = -1;
  for (let step = 0; ; step += 1) {
    const sampled = sample(whole, window);
    best = Math.max(best, correlate(sharpen(sampled.levels), fine, sampled));
    if (step === steps || best >= sure || (step === 3 && best < promising)) return best;
    const moved = move(window, sampled, part);
    if (moved === null) return best;
    window = moved;
  }
}

interface Sampled {
  levels: Float32Array;
  /** Columns and rows of the part that lie in the whole, the last ones excluded. */
  columns: [from: number, to: number];
  rows: [from: number, to: number];
}

/** The window of the whole as a grid of the part's size. */
function sample(whole: Float32Array, { left, top, right, bottom }: Window): Sampled {
  const [xs, ys] = [positions(left, right), positions(top, bottom)];
  const levels = new Float32Array(side * side);
  for (let row = 0; row < side; row += 1) {
    const { at: y, share: v } = cellAt(ys[row] ?? 0);
    for (let column = 0; column < side; column += 1) {
      const { at: x, share: u } = cellAt(xs[column] ?? 0);
      const at = y * side + x;
      const upper = (whole[at] ?? 0) * (1 - u) + (whole[at + 1] ?? 0) * u;
      const lower = (whole[at + side] ?? 0) * (1 - u) + (whole[at + side + 1] ?? 0) * u;
      levels[row * side + column] = upper * (1 - v) + lower * v;
    }
  }
  return { levels, columns: inside(xs), rows: inside(ys) };
}

/** Centres of the window's cells, in cells of the whole. */
const positions = (before: number, after: number): Float64Array =>
  Float64Array.from({ length: side }, (_, i) => side * (before + ((i + 0.5) / side) * (1 - before - after)) - 0.5);

function cellAt(position: number): { at: number; share: number } {
  const clamped = Math.min(Math.max(position, 0), side - 1);
  const at = Math.min(Math.floor(clamped), side - 2);
  return { at, share: clamped - at };
}

function inside(centres: Float64Array): [number, number] {
  const from = centres.findIndex((position) => position >= -0.5);
  const to = centres.findLastIndex((position) => position <= side - 0.5) + 1;
  return from < 0 ? [0, 0] : [from, to];
}

/** What is finer than the mean of the neighbourhood, as a share of its own spread there. */
function sharpen(levels: Float32Array): Float32Array {
  const means = blur(blur(levels, 1, side), side, 1);
  const fine = levels.map((level, at) => level - (means[at] ?? 0));
  const squares = fine.map((value) => value * value);
  const power = blur(blur(squares, 1, side), side, 1);
  return fine.map((value, at) => value / Math.sqrt((power[at] ?? 0) + roundingNoise));
}

/** Running mean along lines of cells that are `step` apart; edges repeat. */
function blur(levels: Float32Array, step: number, line: number): Float32Array {
  const out = new Float32Array(levels.length);
  for (let first = 0; first < side; first += 1) {
    for (let i = 0; i < side; i += 1) {
      let sum = 0;
      for (let k = i - blurRadius; k <= i + blurRadius; k += 1)
        sum += levels[first * line + Math.min(Math.max(k, 0), side - 1) * step] ?? 0;
      out[first * line + i * step] = sum / (2 * blurRadius + 1);
    }
  }
  return out;
}

/** Of the cells in `columns` and `rows`; -1 where they are less than half of all. */
function correlate(a: Float32Array, b: Float32Array, { columns, rows }: Sampled): number {
  const count = (columns[1] - columns[0]) * (rows[1] - rows[0]);
  if (count < (side * side) / 2) return -1;
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let row = rows[0]; row < rows[1]; row += 1) {
    for (let at = row * side + columns[0]; at < row * side + columns[1]; at += 1) {
      const [x, y] = [a[at] ?? 0, b[at] ?? 0];
      sumA += x;
      sumB += y;
      sumAA += x * x;
      sumBB += y * y;
      sumAB += x * y;
    }
  }
  const spread = Math.sqrt((sumAA - (sumA * sumA) / count) * (sumBB - (sumB * sumB) / count));
  return spread > 1e-6 ? (sumAB - (sumA * sumB) / count) / spread : -1;
}

/** The four edges times gain, gain, offset. */
const unknowns = 6;
const row = unknowns + 1;

/** The window after one Gauss-Newton step; null where it leads nowhere. */
function move(window: Window, { levels, columns, rows }: Sampled, part: Float32Array): Window | null {
  const [scaleX, scaleY] = [
    side / (2 * (1 - window.left - window.right)),
    side / (2 * (1 - window.top - window.bottom)),
  ];
  // The upper half of the normal equations, and their right sides in the last column.
  const normal = new Float64Array(unknowns * row);
  const terms = new Float64Array(row);
  for (let y = Math.max(rows[0], 1); y < Math.min(rows[1], side - 1); y += 1) {
    const v = (y + 0.5) / side;
    for (let x = Math.max(columns[0], 1); x < Math.min(columns[1], side - 1); x += 1) {
      const [at, u] = [y * side + x, (x + 0.5) / side];
      const dx = scaleX * ((levels[at + 1] ?? 0) - (levels[at - 1] ?? 0));
      const dy = scaleY * ((levels[at + side] ?? 0) - (levels[at - side] ?? 0));
      terms[0] = dx * (1 - u);
      terms[1] = dy * (1 - v);
      terms[2] = -dx * u;
      terms[3] = -dy * v;
      terms[4] = levels[at] ?? 0;
      terms[5] = 1;
      terms[6] = part[at] ?? 0;
      for (let i = 0; i < unknowns; i += 1) {
        const own = terms[i] ?? 0;
        for (let j = i; j < row; j += 1) normal[i * row + j] = (normal[i * row + j] ?? 0) + own * (terms[j] ?? 0);
      }
    }
  }
  const solved = solve(normal);
  const gain = solved?.[4] ?? 0;
  if (!solved || gain < 0.05) return null;
  const moved = (edge: number, i: number): number =>
    edge + Math.min(Math.max((solved[i] ?? 0) / gain, -longestStep), longestStep);
  const [left, top] = [moved(window.left, 0), moved(window.top, 1)];
  const [right, bottom] = [moved(window.right, 2), moved(window.bottom, 3)];
  const edges = [left, top, right, bottom];
  return edges.every((edge) => edge >= widest && edge <= narrowest) ? { left, top, right, bottom } : null;
}

/** Solution of symmetric equations of which the upper half is given; null where they do not determine all. */
function solve(equations: Float64Array): number[] | null {
  const at = (i: number, j: number): number => equations[i * row + j] ?? 0;
  for (let i = 1; i < unknowns; i += 1) for (let j = 0; j < i; j += 1) equations[i * row + j] = at(j, i);
  // Positive definite, so that elimination needs no pivots.
  for (let i = 0; i < unknowns; i += 1) {
    if (at(i, i) < 1e-9) return null;
    for (let k = 0; k < unknowns; k += 1) {
      const factor = k === i ? 0 : at(k, i) / at(i, i);
      if (factor !== 0) for (let j = i; j < row; j += 1) equations[k * row + j] = at(k, j) - factor * at(i, j);
    }
  }
  return Array.from({ length: unknowns }, (_, i) => at(i, unknowns) / at(i, i));
}
