/** Views that are looked for in an index, found by their hashes. */
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
  /** How many were added. */
  count(): number;
  /** Of a view by its number. */
  probe(number: number): Probe;
  /** Cosine of a view with one that is kept in bytes, times `stepsOfByte`. */
  dot(number: number, bytes: Int8Array): number;
  /** The views by one of their hashes, until the next call. */
  sorted(table: number): SortedProbes;
}

export interface SortedProbes {
  /** Where the views with a hash begin in `of`, and with the next hash. */
  starts: Uint32Array;
  /** `hashesTried` times the number of a view, plus the number of the hash among those that were tried. */
  of: Int32Array;
}

/** @param most how many may be added; memory holds some 400 bytes for each */
export function createProbes(hasher: ViewHasher, most: number): Probes {
  const views = new Float32Array(most * viewLength);
  const probes = new Int32Array(most * 3);
  const hashes = Array.from({ length: hashTables }, () => new Int32Array(most * hashesTried));
  const starts = new Uint32Array((1 << hasher.bits) + 1);
  const next = new Uint32Array(1 << hasher.bits);
  const of = new Int32Array(most * hashesTried);
  let count = 0;
  return {
    add: (view, { test, orientation, part }) => {
      if (view === null) return;
      views.set(view, count * viewLength);
      probes.set([test, orientation, part], count * 3);
      for (const [table, own] of hashes.entries()) own.set(hasher.hashes(view, table), count * hashesTried);
      count += 1;
    },
    count: () => count,
    probe: (number) => ({
      test: probes[number * 3] ?? 0,
      orientation: probes[number * 3 + 1] ?? 0,
      part: probes[number * 3 + 2] ?? -1,
    }),
    dot: (number, bytes) => {
      const from = number * viewLength;
      let dot = 0;
      for (let i = 0; i < viewLength; i += 1) dot += (views[from + i] ?? 0) * (bytes[i] ?? 0);
      return dot;
    },
    sorted: (table) => {
      const own = hashes[table];
      starts.fill(0);
      const length = count * hashesTried;
      for (let i = 0; i < length; i += 1) {
        const key = own?.[i] ?? 0;
        starts[key + 1] = (starts[key + 1] ?? 0) + 1;
      }
      for (let key = 0; key < 1 << hasher.bits; key += 1) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
      next.set(starts.subarray(0, next.length));
      for (let i = 0; i < length; i += 1) {
        const key = own?.[i] ?? 0;
        const at = next[key] ?? 0;
        next[key] = at + 1;
        of[at] = i;
      }
      return { starts, of };
    },
  };
}
