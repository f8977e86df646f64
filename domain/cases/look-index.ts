/**
 * Finds the pictures of many that show the same as another, whole or in part, without comparing it with each: coarse
 * views of 8 x 8 cells are looked up by hashes, the most alike are aligned (alignment.ts).
 */
import { likeness, sure, type Window } from './alignment.ts';
import { levelsOf, lookSide, orientations, turn } from './look.ts';
import { createViewIndex, type View, viewSide } from './view-index.ts';

/** Two pictures of at least this likeness are near-duplicates; docs/data-sets.md has what it finds and mistakes. */
export const nearDuplicateLikeness = 0.65;

export interface Near {
  /** In the looks that were indexed. */
  position: number;
  /** From the threshold to 1. */
  likeness: number;
}

export interface LookIndex {
  /** The most alike of the indexed looks, if it is a near-duplicate. */
  nearest(look: string): Near | null;
}

const whole: Window = { left: 0, top: 0, right: 0, bottom: 0 };
const inset = (left: number, top: number, right: number, bottom: number): Window => ({ left, top, right, bottom });
/** Where alignment starts: what crops and borders leave, in the middle, in a corner, and of 4 : 3 a square. */
const parts: readonly Window[] = [
  ...[0.05, 0.1].map((cut) => inset(cut, cut, cut, cut)),
  inset(0.125, 0, 0.125, 0),
  inset(0, 0.125, 0, 0.125),
  ...[inset(0.07, 0.07, 0, 0), inset(0, 0.07, 0.07, 0), inset(0.07, 0, 0, 0.07), inset(0, 0, 0.07, 0.07)],
];

/** How many of the coarse views most alike to a picture are aligned with it. */
const aligned = 12;

interface Candidate {
  position: number;
  /** The asked picture, turned as it was when found. */
  turned: Float32Array;
  window: Window;
  /** True where the window is of the asked picture, not of the indexed one. */
  reversed: boolean;
  cosine: number;
}

/** Indexes looks; time and memory grow with their number, a search far less. A picture of one colour is like none. */
export function indexLooks(looks: readonly string[]): LookIndex {
  const wholes = createViewIndex(looks.length, 1, (position) => viewsOf(looks[position], [whole]));
  const windows = createViewIndex(looks.length, parts.length, (position) => viewsOf(looks[position], parts));
  return {
    nearest: (look) => {
      const levels = levelsOf(look);
      const best = new Map<string, Candidate>();
      const offer = (candidate: Candidate, key: string): void => {
        if (candidate.cosine > (best.get(key)?.cosine ?? 0)) best.set(key, candidate);
      };
      for (let orientation = 0; orientation < orientations; orientation += 1) {
        const turned = turn(levels, orientation);
        const view = viewOf(turned, whole);
        if (view === null) return null;
        for (const { position, cosine } of wholes.search(view))
          offer({ position, turned, window: whole, reversed: false, cosine }, `${position} ${orientation}`);
        for (const { position, slot, cosine } of windows.search(view))
          offer(
            { position, turned, window: parts[slot] ?? whole, reversed: false, cosine },
            `${position} ${orientation}`,
          );
        for (const window of parts) {
          const part = viewOf(turned, window);
          if (part === null) continue;
          for (const { position, cosine } of wholes.search(part))
            offer({ position, turned, window, reversed: true, cosine }, `${position} ${orientation} reversed`);
        }
      }
      return bestAligned([...best.values()], looks);
    },
  };
}

function bestAligned(candidates: readonly Candidate[], looks: readonly string[]): Near | null {
  let best: Near | null = null;
  const mostAlike = candidates.toSorted((a, b) => b.cosine - a.cosine || a.position - b.position).slice(0, aligned);
  for (const { position, turned, window, reversed } of mostAlike) {
    const other = levelsOf(looks[position] ?? '');
    const found = reversed ? likeness(turned, other, window) : likeness(other, turned, window);
    if (found >= (best?.likeness ?? nearDuplicateLikeness)) best = { position, likeness: found };
    if (found >= sure) break;
  }
  return best;
}

const viewsOf = (look: string | undefined, windows: readonly Window[]): (View | null)[] => {
  const levels = levelsOf(look ?? '');
  return windows.map((window) => viewOf(levels, window));
};

/** Spread below which a view is of one colour, as the sum of squares of its levels' deviations. */
const flat = 16;

/** Mean levels of the window's 8 x 8 parts, less their mean, of unit length; null where all are nearly equal. */
function viewOf(levels: Float32Array, { left, top, right, bottom }: Window): View | null {
  const [columns, rows] = [sharesOf(left, right), sharesOf(top, bottom)];
  const view = new Float32Array(viewSide * viewSide);
  const lines = new Float32Array(viewSide * lookSide);
  for (const [column, shares] of columns.entries()) {
    for (let y = 0; y < lookSide; y += 1) {
      let sum = 0;
      for (const { at, share } of shares) sum += share * (levels[y * lookSide + at] ?? 0);
      lines[column * lookSide + y] = sum;
    }
  }
  let mean = 0;
  for (const [row, shares] of rows.entries()) {
    for (let column = 0; column < viewSide; column += 1) {
      let sum = 0;
      for (const { at, share } of shares) sum += share * (lines[column * lookSide + at] ?? 0);
      view[row * viewSide + column] = sum;
      mean += sum / view.length;
    }
  }
  let squares = 0;
  for (const [at, value] of view.entries()) {
    view[at] = value - mean;
    squares += (value - mean) ** 2;
  }
  return squares < flat ? null : view.map((value) => value / Math.sqrt(squares));
}

interface Share {
  at: number;
  share: number;
}
const knownShares = new Map<string, Share[][]>();

/** For each of the 8 parts of a line, the cells that it covers, in shares that sum to 1. */
function sharesOf(before: number, after: number): Share[][] {
  const key = `${before} ${after}`;
  const known = knownShares.get(key);
  if (known) return known;
  const edge = (i: number): number => lookSide * (before + (i / viewSide) * (1 - before - after));
  const shares = Array.from({ length: viewSide }, (_, i) =>
    Array.from({ length: lookSide }, (_, at) => ({
      at,
      share: Math.max(0, Math.min(edge(i + 1), at + 1) - Math.max(edge(i), at)) / (edge(i + 1) - edge(i)),
    })).filter(({ share }) => share > 0),
  );
  knownShares.set(key, shares);
  return shares;
}
