/** Coarse views of a perceptual hash: what a window of it shows, in 8 x 8 parts. */
import type { Window } from '../alignment.ts';
import { hashSide } from '../perceptual-hash.ts';
import { type View, viewLength, viewSide } from './view-hash.ts';

/** Spread below which a view is of one colour, as the sum of squares of its levels' deviations. */
const flat = 16;

/** Used again by each call: a new one for each of millions of views would be garbage faster than it is collected. */
const lines = new Float32Array(viewSide * hashSide);

/**
 * Mean levels of the window's 8 x 8 parts, less their mean, of unit length; null where all are nearly equal.
 *
 * @param view where it is written; by default a new one
 */
export function viewOf(levels: Float32Array, window: Window, view: View = new Float32Array(viewLength)): View | null {
  const { columns, rows } = partsOf(window);
  for (let column = 0; column < viewSide; column += 1) {
    const { at: cells, share: shares } = columns[column] ?? none;
    for (let y = 0; y < hashSide; y += 1) {
      let sum = 0;
      for (let i = 0; i < cells.length; i += 1) sum += (shares[i] ?? 0) * (levels[y * hashSide + (cells[i] ?? 0)] ?? 0);
      lines[column * hashSide + y] = sum;
    }
  }
  let mean = 0;
  for (let row = 0; row < viewSide; row += 1) {
    const { at: cells, share: shares } = rows[row] ?? none;
    for (let column = 0; column < viewSide; column += 1) {
      let sum = 0;
      for (let i = 0; i < cells.length; i += 1)
        sum += (shares[i] ?? 0) * (lines[column * hashSide + (cells[i] ?? 0)] ?? 0);
      view[row * viewSide + column] = sum;
      mean += sum / view.length;
    }
  }
  let squares = 0;
  for (let at = 0; at < view.length; at += 1) {
    const value = view[at] ?? 0;
    view[at] = value - mean;
    squares += (value - mean) ** 2;
  }
  if (squares < flat) return null;
  const length = Math.sqrt(squares);
  for (let at = 0; at < view.length; at += 1) view[at] = (view[at] ?? 0) / length;
  return view;
}

/** Cells of a line that a part covers, and how much of the part each is. */
interface Shares {
  at: Uint8Array;
  share: Float64Array;
}
const none: Shares = { at: new Uint8Array(), share: new Float64Array() };
const known = new WeakMap<Window, { columns: Shares[]; rows: Shares[] }>();

/** Of a window that is asked for again and again. */
function partsOf(window: Window): { columns: Shares[]; rows: Shares[] } {
  const found = known.get(window);
  if (found) return found;
  const made = { columns: sharesOf(window.left, window.right), rows: sharesOf(window.top, window.bottom) };
  known.set(window, made);
  return made;
}

/** For each of the 8 parts of a line, the cells that it covers, in shares that sum to 1. */
function sharesOf(before: number, after: number): Shares[] {
  const edge = (i: number): number => hashSide * (before + (i / viewSide) * (1 - before - after));
  return Array.from({ length: viewSide }, (_, i): Shares => {
    const all = Array.from({ length: hashSide }, (_, at) => ({
      at,
      share: Math.max(0, Math.min(edge(i + 1), at + 1) - Math.max(edge(i), at)) / (edge(i + 1) - edge(i)),
    })).filter(({ share }) => share > 0);
    return { at: Uint8Array.from(all, ({ at }) => at), share: Float64Array.from(all, ({ share }) => share) };
  });
}
