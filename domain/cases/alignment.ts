/**
 * Whether one picture shows a part of another, by their perceptual hashes: the part's window in the whole is moved until both agree
 * best (Gauss-Newton over its four edges, with gain and offset of the brightness free), then what is finer than the
 * mean of five by five cells is correlated, the faint structure of the skin as much as the strong one of the lesion:
 * a dark spot on plain skin is alike in many pictures, the skin around it is not.
 */
import { hashSide as side } from './perceptual-hash.ts';

/** What is cut off at each edge, as a share of the whole's width or height; negative where the part reaches beyond. */
export interface Window {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const steps = 8;
/** A window may move so far in one step, and has left what a crop or border can be beyond these. */
const [longestStep, widest, narrowest] = [0.05, -0.05, 0.18];
/** From here on nothing is gained by looking on; what has not come so far in three steps is another picture. */
export const sure = 0.9;
const promising = 0.3;
/** Squared deviation that rounding to whole levels leaves where there is no structure, with a margin. */
const roundingNoise = 0.32;

/** Memory that every call uses again: a search aligns millions of pictures. */
const cells = (): Float32Array => new Float32Array(side * side);
const [finePart, fineSample, sampledLevels] = [cells(), cells(), cells()];
const [lineMeans, means, squares] = [cells(), cells(), cells()];

/** Correlation of the fine structure, -1 to 1, of `part` and of the best window of `whole` near `start`. */
export function likeness(whole: Float32Array, part: Float32Array, start: Window): number {
  sharpen(part, finePart);
  let window = start;
  let best = -1;
  for (let step = 0; ; step += 1) {
    const sampled = sample(whole, window);
    sharpen(sampled.levels, fineSample);
    best = Math.max(best, correlate(fineSample, finePart, sampled));
    if (step === steps || best >= sure || (step === 3 && best < promising)) return best;
    const moved = move(window, sampled, part);
    if (moved === null) return best;
    window = moved;
  }
}

interface Sampled {
  /** Until the next one. */
  levels: Float32Array;
  /** Columns and rows of the part that lie in the whole, the last ones excluded. */
  columns: [from: number, to: number];
  rows: [from: number, to: number];
}

/** The window of the whole as a grid of the part's size. */
function sample(whole: Float32Array, { left, top, right, bottom }: Window): Sampled {
  locate(across, left, right);
  locate(down, top, bottom);
  for (let row = 0; row < side; row += 1) {
    const line = side * (down.cells[row] ?? 0);
    const v = down.shares[row] ?? 0;
    for (let column = 0; column < side; column += 1) {
      const at = line + (across.cells[column] ?? 0);
      const u = across.shares[column] ?? 0;
      const upper = (whole[at] ?? 0) * (1 - u) + (whole[at + 1] ?? 0) * u;
      const lower = (whole[at + side] ?? 0) * (1 - u) + (whole[at + side + 1] ?? 0) * u;
      sampledLevels[row * side + column] = upper * (1 - v) + lower * v;
    }
  }
  return { levels: sampledLevels, columns: inside(across.centres), rows: inside(down.centres) };
}

/** Centres of a window's cells, in cells of the whole: the cell before each, and how much of it the one after has. */
const newLine = () => ({
  centres: new Float64Array(side),
  cells: new Uint8Array(side),
  shares: new Float64Array(side),
});
const [across, down] = [newLine(), newLine()];

function locate({ centres, cells, shares }: ReturnType<typeof newLine>, before: number, after: number): void {
  for (let i = 0; i < side; i += 1) {
    const centre = side * (before + ((i + 0.5) / side) * (1 - before - after)) - 0.5;
    const clamped = Math.min(Math.max(centre, 0), side - 1);
    const cell = Math.min(Math.floor(clamped), side - 2);
    centres[i] = centre;
    cells[i] = cell;
    shares[i] = clamped - cell;
  }
}

function inside(centres: Float64Array): [number, number] {
  const from = centres.findIndex((position) => position >= -0.5);
  const to = centres.findLastIndex((position) => position <= side - 0.5) + 1;
  return from < 0 ? [0, 0] : [from, to];
}

/** Writes what is finer than the mean of the neighbourhood, as a share of its own spread there. */
function sharpen(levels: Float32Array, fine: Float32Array): void {
  blur(levels, means);
  for (let at = 0; at < fine.length; at += 1) fine[at] = (levels[at] ?? 0) - (means[at] ?? 0);
  for (let at = 0; at < fine.length; at += 1) squares[at] = (fine[at] ?? 0) * (fine[at] ?? 0);
  blur(squares, means);
  for (let at = 0; at < fine.length; at += 1) fine[at] = (fine[at] ?? 0) / Math.sqrt((means[at] ?? 0) + roundingNoise);
}

/** Writes the mean of the five by five cells around each, along lines first; edges repeat. */
function blur(levels: Float32Array, out: Float32Array): void {
  const last = side - 1;
  for (let i = 0; i < side; i += 1) {
    const [a, b, d, e] = [Math.max(i - 2, 0), Math.max(i - 1, 0), Math.min(i + 1, last), Math.min(i + 2, last)];
    for (let from = 0; from < levels.length; from += side) {
      const before = (levels[from + a] ?? 0) + (levels[from + b] ?? 0);
      lineMeans[from + i] = (before + (levels[from + i] ?? 0) + (levels[from + d] ?? 0) + (levels[from + e] ?? 0)) / 5;
    }
  }
  for (let i = 0; i < side; i += 1) {
    const [a, b, c] = [side * Math.max(i - 2, 0), side * Math.max(i - 1, 0), side * i];
    const [d, e] = [side * Math.min(i + 1, last), side * Math.min(i + 2, last)];
    for (let x = 0; x < side; x += 1) {
      const before = (lineMeans[a + x] ?? 0) + (lineMeans[b + x] ?? 0);
      out[c + x] = (before + (lineMeans[c + x] ?? 0) + (lineMeans[d + x] ?? 0) + (lineMeans[e + x] ?? 0)) / 5;
    }
  }
}

/** Of the cells in `columns` and `rows`; -1 where they are less than half of all. */
function correlate(a: Float32Array, b: Float32Array, { columns, rows }: Sampled): number {
  const [left, right] = columns;
  const count = (right - left) * (rows[1] - rows[0]);
  if (count < (side * side) / 2) return -1;
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let row = rows[0]; row < rows[1]; row += 1) {
    for (let at = row * side + left; at < row * side + right; at += 1) {
      const x = a[at] ?? 0;
      const y = b[at] ?? 0;
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
const normal = new Float64Array(unknowns * row);
const terms = new Float64Array(row);

/** The window after one Gauss-Newton step; null where it leads nowhere. */
function move(window: Window, { levels, columns, rows }: Sampled, part: Float32Array): Window | null {
  const [scaleX, scaleY] = [
    side / (2 * (1 - window.left - window.right)),
    side / (2 * (1 - window.top - window.bottom)),
  ];
  // The upper half of the normal equations, and their right sides in the last column.
  normal.fill(0);
  for (let y = Math.max(rows[0], 1); y < Math.min(rows[1], side - 1); y += 1) {
    const v = (y + 0.5) / side;
    for (let x = Math.max(columns[0], 1); x < Math.min(columns[1], side - 1); x += 1) {
      const at = y * side + x;
      const u = (x + 0.5) / side;
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
