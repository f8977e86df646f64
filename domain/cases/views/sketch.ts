/**
 * Sketches of views: a few bytes that bound a cosine from above, so that most views need not be read. Of a view the
 * sketch holds its coarsest waves (two-dimensional cosine transform) and the length of all the rest. What two rests have
 * in common is at most the product of their lengths (Cauchy-Schwarz), and what rounding took away is added.
 */
import { stepsOfByte, type View, viewLength, viewSide } from './view-hash.ts';

/** Waves of a sketch. Skin is smooth: they hold most of what a view has. */
const waves = 23;
export const sketchBytes = waves + 1;
/** A wave's share is kept in so many steps to 1, the length of the rest in twice as many; a view in bytes may be 1.03 long. */
const [waveSteps, restSteps] = [120, 240];
/** More than the arithmetic of 32-bit numbers can be wrong. */
const margin = 1e-5;

/** The coarsest waves but the constant one, each of unit length, one after the other. */
const basis = drawWaves();

function drawWaves(): Float64Array {
  const all: [across: number, down: number][] = [];
  for (let across = 0; across < viewSide; across += 1)
    for (let down = 0; down < viewSide; down += 1) if (across + down > 0) all.push([across, down]);
  const coarsest = all.toSorted(([a, b], [c, d]) => a * a + b * b - c * c - d * d || a - c).slice(0, waves);
  const along = (wave: number, cell: number): number =>
    wave === 0 ? Math.sqrt(1 / viewSide) : Math.sqrt(2 / viewSide) * Math.cos(((2 * cell + 1) * wave * Math.PI) / 16);
  const drawn = coarsest.flatMap(([across, down]) =>
    Array.from(
      { length: viewLength },
      (_, at) => along(across, at % viewSide) * along(down, Math.floor(at / viewSide)),
    ),
  );
  return Float64Array.from(drawn);
}

/** Shares of the waves, the same memory for each call. */
const shares = new Float64Array(waves);

/** Length of what the waves leave of a view. */
function takeShares(view: Float32Array | Int8Array, scale: number): number {
  let squares = 0;
  for (let i = 0; i < viewLength; i += 1) squares += ((view[i] ?? 0) * scale) ** 2;
  for (let wave = 0, at = 0; wave < waves; wave += 1) {
    let share = 0;
    for (let i = 0; i < viewLength; i += 1, at += 1) share += (view[i] ?? 0) * (basis[at] ?? 0);
    shares[wave] = share * scale;
    squares -= (share * scale) ** 2;
  }
  return Math.sqrt(Math.max(squares, 0));
}

/** Writes the sketch of a view that is kept in bytes. */
export function writeSketch(view: Int8Array, into: Uint8Array, from: number): void {
  const rest = takeShares(view, 1 / stepsOfByte);
  for (let wave = 0; wave < waves; wave += 1) into[from + wave] = Math.round((shares[wave] ?? 0) * waveSteps);
  into[from + waves] = Math.ceil(rest * restSteps);
}

/** Sketches of views that are looked for. */
export interface AskedSketches {
  /** Takes the view of a number. */
  set(number: number, view: View): void;
  /** No less than the cosine of that view and of one in bytes, by the sketch of the latter, which begins at a place. */
  bound(number: number, signed: Int8Array, bytes: Uint8Array, at: number): number;
}

/** Per view: its waves, the length of its rest, and what rounding the other's waves may take away. */
const perView = waves + 2;

/** @param most how many views may be set; 100 bytes of memory for each */
export function createAskedSketches(most: number): AskedSketches {
  const held = new Float32Array(most * perView);
  return {
    set: (number, view) => {
      const rest = takeShares(view, 1);
      const from = number * perView;
      let rounding = margin;
      for (let wave = 0; wave < waves; wave += 1) {
        held[from + wave] = (shares[wave] ?? 0) / waveSteps;
        rounding += (0.5 * Math.abs(shares[wave] ?? 0)) / waveSteps;
      }
      held[from + waves] = rest / restSteps;
      held[from + waves + 1] = rounding;
    },
    bound: (number, signed, bytes, at) => {
      const from = number * perView;
      let sum = (held[from + waves + 1] ?? 0) + (held[from + waves] ?? 0) * (bytes[at + waves] ?? 0);
      for (let wave = 0; wave < waves; wave += 1) sum += (held[from + wave] ?? 0) * (signed[at + wave] ?? 0);
      return sum;
    },
  };
}
