/**
 * Coarse views of pictures, found by locality-sensitive hashing: a bit of a hash says which of two cells is brighter
 * that a turned or mirrored picture would exchange. Over all pictures each is as often one as the other, although nearly
 * all darken towards their middle, so that no hash is much more common than others.
 */
import { createRandom } from '../random.ts';

export const viewSide = 8;
const length = viewSide * viewSide;

/** Of unit length, its mean 0. */
export type View = Float32Array;

export interface Found {
  position: number;
  /** Which of its views. */
  slot: number;
  cosine: number;
}

export interface ViewIndex {
  /** Views whose cosine is at least 0.9, except some that no hash finds. */
  search(view: View): Found[];
}

const leastCosine = 0.9;
const tables = 8;
/** The bits that are nearest to a tie are tried both ways. */
const unsureBits = 2;
/** The most views of one hash that are compared, so that a set of equal pictures costs no more than another. */
const mostOfOneHash = 256;
const bitsOfByte = 127;

/** Indexes `count` pictures of `slots` views each. */
export function createViewIndex(
  count: number,
  slots: number,
  viewsOf: (position: number) => (View | null)[],
): ViewIndex {
  const entries = count * slots;
  const bits = Math.min(Math.max(Math.ceil(Math.log2(entries + 1)) + 3, 8), 20);
  const pairs = drawPairs(bits);
  const views = new Int8Array(entries * length);
  const keys = Array.from({ length: tables }, () => new Int32Array(entries).fill(-1));
  for (let position = 0; position < count; position += 1) {
    for (const [slot, view] of viewsOf(position).entries()) {
      if (view === null) continue;
      const entry = position * slots + slot;
      for (let i = 0; i < length; i += 1) views[entry * length + i] = Math.round((view[i] ?? 0) * bitsOfByte);
      for (const [table, own] of pairs.entries()) {
        const into = keys[table];
        if (into) into[entry] = hashOf(view, own).key;
      }
    }
  }
  const buckets = keys.map((own) => sortByKey(own, 1 << bits));
  const seen = new Int32Array(entries);
  let turn = 0;
  return {
    search: (view) => {
      turn += 1;
      const found: Found[] = [];
      for (const [table, own] of pairs.entries()) {
        const bucket = buckets[table];
        if (!bucket) continue;
        const { key, unsure } = hashOf(view, own);
        for (let mask = 0; mask < 1 << unsureBits; mask += 1) {
          let near = key;
          for (const [i, bit] of unsure.entries()) if (mask & (1 << i)) near ^= 1 << bit;
          const from: number = bucket.starts[near] ?? 0;
          const to: number = Math.min(bucket.starts[near + 1] ?? 0, from + mostOfOneHash);
          for (let at = from; at < to; at += 1) {
            const entry: number = bucket.entries[at] ?? 0;
            if (seen[entry] === turn) continue;
            seen[entry] = turn;
            let dot = 0;
            for (let i = 0; i < length; i += 1) dot += (view[i] ?? 0) * (views[entry * length + i] ?? 0);
            const cosine = dot / bitsOfByte;
            if (cosine >= leastCosine) found.push({ position: Math.floor(entry / slots), slot: entry % slots, cosine });
          }
        }
      }
      return found;
    },
  };
}

type Pair = readonly [a: number, b: number];

function hashOf(view: View, pairs: readonly Pair[]): { key: number; unsure: number[] } {
  let key = 0;
  const unsure: { bit: number; margin: number }[] = [];
  for (const [bit, [a, b]] of pairs.entries()) {
    const difference = (view[a] ?? 0) - (view[b] ?? 0);
    if (difference > 0) key |= 1 << bit;
    const margin = Math.abs(difference);
    if (unsure.length < unsureBits || margin < (unsure.at(-1)?.margin ?? 0)) {
      unsure.push({ bit, margin });
      unsure.sort((x, y) => x.margin - y.margin);
      if (unsure.length > unsureBits) unsure.pop();
    }
  }
  return { key, unsure: unsure.map(({ bit }) => bit) };
}

/** For each table, pairs of cells that turning or mirroring exchanges, no pair twice in a table. */
function drawPairs(bits: number): Pair[][] {
  const all: Pair[] = [];
  for (let a = 0; a < length; a += 1) {
    for (let b = a + 1; b < length; b += 1) if (orbitOf(a) === orbitOf(b)) all.push([a, b]);
  }
  const random = createRandom('view index');
  return Array.from({ length: tables }, () => {
    const left = [...all];
    return Array.from({ length: bits }, () => left.splice(random.int(0, left.length - 1), 1)[0] ?? [0, 1]);
  });
}

/** Equal for the cells of a square grid that turning and mirroring exchange. */
function orbitOf(cell: number): string {
  const fold = (i: number): number => Math.min(i, viewSide - 1 - i);
  const [x, y] = [fold(cell % viewSide), fold(Math.floor(cell / viewSide))];
  return `${Math.min(x, y)} ${Math.max(x, y)}`;
}

interface Buckets {
  /** First place in `entries` of each key, and one more. */
  starts: Int32Array;
  entries: Int32Array;
}

/** Entries by key; those of key -1 are left out. */
function sortByKey(keys: Int32Array, count: number): Buckets {
  const starts = new Int32Array(count + 1);
  for (const key of keys) if (key >= 0) starts[key + 1] = (starts[key + 1] ?? 0) + 1;
  for (let key = 0; key < count; key += 1) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
  const next = starts.slice();
  const entries = new Int32Array(starts[count] ?? 0);
  for (const [entry, key] of keys.entries()) {
    if (key < 0) continue;
    entries[next[key] ?? 0] = entry;
    next[key] = (next[key] ?? 0) + 1;
  }
  return { starts, entries };
}
