/**
 * Coarse views of pictures, found by locality-sensitive hashing: a bit of a hash says which of two cells is brighter
 * that a turned or mirrored picture would exchange. Over all pictures each is as often one as the other, although nearly
 * all darken towards their middle, so that no hash is much more common than others.
 */
import { createRandom } from '../../random.ts';

export const viewSide = 8;
export const viewLength = viewSide * viewSide;

/** Of unit length, its mean 0. */
export type View = Float32Array;

/** Views whose cosine is less are not alike. */
export const leastCosine = 0.9;
export const hashTables = 8;
/** The bits that are nearest to a tie are tried both ways. */
const unsureBits = 2;
/** Hashes of a view that is looked for, in each table. */
export const hashesTried = 1 << unsureBits;
/** The most views of one hash that are compared, the first ones: a set of equal pictures costs no more than another. */
export const mostOfOneHash = 256;
/** A view is kept in bytes, in so many steps to 1. */
export const stepsOfByte = 127;

export interface ViewHasher {
  bits: number;
  /** The hash of a view in a table. */
  hash(view: View, table: number): number;
  /** That one first, then those with unsure bits the other way; until the next call. */
  hashes(view: View, table: number): Int32Array;
}

/** @param entries number of views that are indexed */
export function createViewHasher(entries: number): ViewHasher {
  const bits = Math.min(Math.max(Math.ceil(Math.log2(entries + 1)) + 3, 8), 20);
  const pairs = drawPairs(bits);
  const differences = new Float64Array(bits);
  const tried = new Int32Array(hashesTried);
  const hash = (view: View, table: number): number => {
    const own = pairs[table] ?? new Uint8Array();
    let key = 0;
    for (let bit = 0; bit < bits; bit += 1) {
      const difference = (view[own[2 * bit] ?? 0] ?? 0) - (view[own[2 * bit + 1] ?? 0] ?? 0);
      differences[bit] = difference;
      if (difference > 0) key |= 1 << bit;
    }
    return key;
  };
  return {
    bits,
    hash,
    hashes: (view, table) => {
      const key = hash(view, table);
      const first = leastBut(-1, differences);
      const second = leastBut(first, differences);
      tried[0] = key;
      tried[1] = key ^ (1 << first);
      tried[2] = key ^ (1 << second);
      tried[3] = key ^ (1 << first) ^ (1 << second);
      return tried;
    },
  };
}

/** Position of the difference that is nearest to 0, except for one; of equal ones the first. */
function leastBut(excluded: number, differences: Float64Array): number {
  let [found, least] = [-1, Number.POSITIVE_INFINITY];
  for (let bit = 0; bit < differences.length; bit += 1) {
    const margin = Math.abs(differences[bit] ?? 0);
    if (margin >= least || bit === excluded) continue;
    found = bit;
    least = margin;
  }
  return found;
}

/** For each table, pairs of cells that turning or mirroring exchanges, no pair twice in a table. */
function drawPairs(bits: number): Uint8Array[] {
  const all: [a: number, b: number][] = [];
  for (let a = 0; a < viewLength; a += 1) {
    for (let b = a + 1; b < viewLength; b += 1) if (orbitOf(a) === orbitOf(b)) all.push([a, b]);
  }
  const random = createRandom('view index');
  return Array.from({ length: hashTables }, () => {
    const left = [...all];
    const drawn = Array.from({ length: bits }, () => left.splice(random.int(0, left.length - 1), 1)[0] ?? [0, 1]);
    return Uint8Array.from(drawn.flat());
  });
}

/** Equal for the cells of a square grid that turning and mirroring exchange. */
function orbitOf(cell: number): string {
  const fold = (i: number): number => Math.min(i, viewSide - 1 - i);
  const [x, y] = [fold(cell % viewSide), fold(Math.floor(cell / viewSide))];
  return `${Math.min(x, y)} ${Math.max(x, y)}`;
}
