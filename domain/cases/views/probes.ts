/** Views that are looked for in an index, found by their hashes. */
import { type AskedSketches, createAskedSketches } from './sketch.ts';
import { hashesTried, hashTables, type View, type ViewHasher, viewLength } from './view-hash.ts';

/** A view that is looked for. */
export interface Probe {
  /** Position of its picture among those asked for. */
  test: number;
  orientation: number;
  /** Of `parts`; -1 for the whole picture. */
  part: number;
}

export interface Probes {
  /** A view of one colour is passed over. */
  add(view: View | null, probe: Probe): void;
  /** Position of its picture. */
  testOf(number: number): number;
  /** Of a view by its number. */
  probe(number: number): Probe;
  /** Cosine of a view with one that is kept in bytes from a place on, times `stepsOfByte`. */
  dot(number: number, bytes: Int8Array, at: number): number;
  /** No less than the cosine of a view with another one, by the sketch of that (sketch.ts). */
  bound: AskedSketches['bound'];
  /** The views by one of their hashes, until the next call. */
  sorted(table: number): SortedProbes;
  /** Forgets all that were added. */
  clear(): void;
}

interface SortedProbes {
  /** From the lowest to the highest. */
  hashes: Int32Array;
  /** Of each `hashesTried` times the number of the view that has it, plus the number of the hash among those that were tried. */
  of: Int32Array;
  count: number;
}

/** @param most how many may be added; memory holds some 500 bytes for each */
export function createProbes(hasher: ViewHasher, most: number): Probes {
  const views = new Float32Array(most * viewLength);
  const sketches = createAskedSketches(most);
  const probes = new Int32Array(most * 3);
  const hashes = Array.from({ length: hashTables }, () => new Int32Array(most * hashesTried));
  const sort = createSorter(most * hashesTried, hasher.bits);
  let count = 0;
  return {
    add: (view, { test, orientation, part }) => {
      if (view === null) return;
      views.set(view, count * viewLength);
      sketches.set(count, view);
      probes.set([test, orientation, part], count * 3);
      for (const [table, own] of hashes.entries()) own.set(hasher.hashes(view, table), count * hashesTried);
      count += 1;
    },
    probe: (number) => ({
      test: probes[number * 3] ?? 0,
      orientation: probes[number * 3 + 1] ?? 0,
      part: probes[number * 3 + 2] ?? -1,
    }),
    testOf: (number) => probes[number * 3] ?? 0,
    dot: (number, bytes, at) => {
      const from = number * viewLength;
      let dot = 0;
      for (let i = 0; i < viewLength; i += 1) dot += (views[from + i] ?? 0) * (bytes[at + i] ?? 0);
      return dot;
    },
    bound: sketches.bound,
    sorted: (table) => sort(hashes[table] ?? new Int32Array(), count * hashesTried),
    clear: () => {
      count = 0;
    },
  };
}

/** Sorts up to `most` hashes of so many bits, by their lower bits first; those that are equal stay in their order. */
function createSorter(most: number, bits: number): (hashes: Int32Array, count: number) => SortedProbes {
  const half = bits >> 1;
  const [sorted, byLower, of] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
  const next = new Int32Array((1 << (bits - half)) + 1);
  /** Numbers in the order of some bits of their hashes; without `from` these are 0, 1, 2, … */
  const sortBy = (
    hashes: Int32Array,
    count: number,
    shift: number,
    width: number,
    from: Int32Array | null,
    to: Int32Array,
  ) => {
    const mask = (1 << width) - 1;
    next.fill(0);
    for (let i = 0; i < count; i += 1) {
      const after = (((hashes[i] ?? 0) >>> shift) & mask) + 1;
      next[after] = (next[after] ?? 0) + 1;
    }
    for (let at = 0; at <= mask; at += 1) next[at + 1] = (next[at + 1] ?? 0) + (next[at] ?? 0);
    for (let i = 0; i < count; i += 1) {
      const number = from ? (from[i] ?? 0) : i;
      const at = ((hashes[number] ?? 0) >>> shift) & mask;
      const place = next[at] ?? 0;
      next[at] = place + 1;
      to[place] = number;
    }
  };
  return (hashes, count) => {
    sortBy(hashes, count, 0, half, null, byLower);
    sortBy(hashes, count, half, bits - half, byLower, of);
    for (let i = 0; i < count; i += 1) sorted[i] = hashes[of[i] ?? 0] ?? 0;
    return { hashes: sorted, of, count };
  };
}
