/**
 * The inverted lists of an index: for each hash of a table the entries that have it, in their order. They lie on a
 * shelf, which may be a disk; memory holds a byte per possible hash, so at most some 9 MB however many entries there
 * are. A search reads the lists of the hashes that are looked for and the views of their entries, and nothing else.
 */
import type { Probe, Probes } from './probes.ts';
import {
  hashesTried,
  hashTables,
  mostOfOneHash,
  stepsOfByte,
  type View,
  type ViewHasher,
  viewLength,
} from './view-hash.ts';

/** Bytes of a record: its hash in each table as an Int32, -1 where it is not to be found by it, then its view. */
export const recordBytes = 4 * hashTables + viewLength;

/** Where the records and lists of one index lie. */
export interface ListShelf {
  append(record: Uint8Array): void;
  /** All records in their order, in pieces of whole records that begin at a multiple of four bytes. */
  pieces(): AsyncIterable<Uint8Array>;
  /** The view of an entry, until the next call. */
  viewOf(entry: number): Int8Array;
  /** More of the lists of a table. */
  appendEntries(table: number, entries: Uint32Array): void;
  /** Some of them, until the next call. */
  entries(table: number, from: number, count: number): Uint32Array;
}

export interface HashLists {
  /** Adds the next entry; null where it is of one colour. */
  add(view: View | null): void;
  /** Sorts the lists; after it none is added any more. */
  seal(): Promise<void>;
  /**
   * Calls `found` for each probe and entry that have a hash in common, with their cosine. Of a pair that has several in
   * common it is called for each, with the number of the hash among all that were tried.
   */
  search(
    probes: Probes,
    least: number,
    turn: () => Promise<void>,
    found: (probe: Probe, entry: number, cosine: number, tried: number) => void,
  ): Promise<void>;
}

/** Places and hashes of which the lists are sorted at once: 8 MB and 4 MB. */
const [placesAtOnce, hashesAtOnce] = [1 << 21, 1 << 17];
/** Pairs of an entry and a probe that are compared at once, in the order of the entries. */
const pairsAtOnce = 1 << 17;

export function createHashLists(hasher: ViewHasher, shelf: ListShelf): HashLists {
  const hashes = 1 << hasher.bits;
  const counts = createCounts(hashTables * hashes);
  const record = createRecorder(hasher, counts);
  return {
    add: (view) => shelf.append(record(view)),
    seal: async () => {
      for (let from = 0; from < hashes; ) {
        let [to, places] = [from, 0];
        for (; to < hashes && to - from < hashesAtOnce && places < placesAtOnce; to += 1)
          for (let table = 0; table < hashTables; table += 1) places += counts.of(table * hashes + to);
        if (places > 0) await sortLists(shelf, counts, { from, to, hashes });
        from = to;
      }
    },
    search: async (probes, least, turn, found) => {
      const pairs = createPairs((entry, packed, table) => {
        const number = Math.floor(packed / hashesTried);
        const cosine = probes.dot(number, shelf.viewOf(entry)) / stepsOfByte;
        if (cosine >= least) found(probes.probe(number), entry, cosine, table * hashesTried + (packed % hashesTried));
      });
      for (let table = 0; table < hashTables; table += 1) {
        await turn();
        const { starts, of } = probes.sorted(table);
        let place = 0;
        for (let hash = 0; hash < hashes; hash += 1) {
          const count = counts.of(table * hashes + hash);
          const [first, last] = [starts[hash] ?? 0, starts[hash + 1] ?? 0];
          if (count > 0 && last > first) {
            const entries = shelf.entries(table, place, count);
            for (const entry of entries) for (let at = first; at < last; at += 1) pairs.add(entry, of[at] ?? 0, table);
          }
          place += count;
        }
        pairs.flush(table);
      }
    },
  };
}

interface Counts {
  /** Whether fewer than `mostOfOneHash` came before; this one is counted then. */
  add(at: number): boolean;
  of(at: number): number;
}

/** Of 256 entries 255 are counted in a byte, the last one by a bit. */
function createCounts(length: number): Counts {
  const counts = new Uint8Array(length);
  const full = new Uint8Array(Math.ceil(length / 8));
  const fullAt = (at: number): number => ((full[at >> 3] ?? 0) >> (at & 7)) & 1;
  return {
    add: (at) => {
      const count = counts[at] ?? 0;
      if (count < mostOfOneHash - 1) {
        counts[at] = count + 1;
        return true;
      }
      if (fullAt(at) === 1) return false;
      full[at >> 3] = (full[at >> 3] ?? 0) | (1 << (at & 7));
      return true;
    },
    of: (at) => {
      const count = counts[at] ?? 0;
      return count < mostOfOneHash - 1 ? count : count + fullAt(at);
    },
  };
}

/** Makes the record of a view. The same bytes are used again for the next one. */
function createRecorder(hasher: ViewHasher, counts: Counts): (view: View | null) => Uint8Array {
  const [keys, bytes] = [new Int32Array(recordBytes / 4), new Int8Array(viewLength)];
  const written = new Uint8Array(keys.buffer);
  return (view) => {
    keys.fill(-1, 0, hashTables);
    bytes.fill(0);
    if (view !== null) {
      for (let table = 0; table < hashTables; table += 1) {
        const key = hasher.hash(view, table);
        if (counts.add((table << hasher.bits) + key)) keys[table] = key;
      }
      for (let i = 0; i < viewLength; i += 1) bytes[i] = Math.round((view[i] ?? 0) * stepsOfByte);
    }
    written.set(new Uint8Array(bytes.buffer), 4 * hashTables);
    return written;
  };
}

/** Writes the lists of the hashes from `from` to before `to`, of all tables, in one reading of the records. */
async function sortLists(
  shelf: ListShelf,
  counts: Counts,
  { from, to, hashes }: { from: number; to: number; hashes: number },
): Promise<void> {
  const next = Array.from({ length: hashTables }, () => new Uint32Array(to - from));
  const lists = next.map((places, table) => {
    let length = 0;
    for (let hash = from; hash < to; hash += 1) {
      places[hash - from] = length;
      length += counts.of(table * hashes + hash);
    }
    return new Uint32Array(length);
  });
  let entry = 0;
  for await (const piece of shelf.pieces()) {
    const keys = new Int32Array(piece.buffer, piece.byteOffset, piece.byteLength / 4);
    for (let at = 0; at < keys.length; at += recordBytes / 4, entry += 1) {
      for (let table = 0; table < hashTables; table += 1) {
        const hash = keys[at + table] ?? -1;
        if (hash < from || hash >= to) continue;
        const [places, list] = [next[table], lists[table]];
        const place = places?.[hash - from] ?? 0;
        if (places) places[hash - from] = place + 1;
        if (list) list[place] = entry;
      }
    }
  }
  for (const [table, list] of lists.entries()) shelf.appendEntries(table, list);
}

interface Pairs {
  add(entry: number, packed: number, table: number): void;
  flush(table: number): void;
}

/** Collects pairs of one table and gives them in the order of their entries, so that views are read forward. */
function createPairs(take: (entry: number, packed: number, table: number) => void): Pairs {
  const [entries, packed] = [new Uint32Array(pairsAtOnce), new Int32Array(pairsAtOnce)];
  const order = new Float64Array(pairsAtOnce);
  let count = 0;
  const flush = (table: number): void => {
    for (let i = 0; i < count; i += 1) order[i] = (entries[i] ?? 0) * pairsAtOnce + i;
    const sorted = order.subarray(0, count).sort();
    for (const place of sorted) {
      const i = place % pairsAtOnce;
      take(entries[i] ?? 0, packed[i] ?? 0, table);
    }
    count = 0;
  };
  return {
    add: (entry, own, table) => {
      entries[count] = entry;
      packed[count] = own;
      count += 1;
      if (count === pairsAtOnce) flush(table);
    },
    flush,
  };
}
