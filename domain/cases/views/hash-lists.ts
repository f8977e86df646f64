/**
 * The inverted lists of an index: for each hash of a table the entries that have it, in their order, each with its
 * sketch. They lie in a storage, which may be on disk; memory holds a few megabytes however many entries there are. A search
 * reads the lists of the hashes that are looked for, and the views of those entries whose sketch does not rule them out.
 */
import type { ByteFile } from './byte-file.ts';
import type { Probe, Probes } from './probes.ts';
import { sketchBytes, writeSketch } from './sketch.ts';
import { partOfHash, sortParts } from './sort-rows.ts';
import { hashesTried, hashTables, stepsOfByte, type View, type ViewHasher, viewLength } from './view-hash.ts';

/** Bytes of a record: its hash in each table as an Int32, -1 of a view of one colour, then its sketch, then its view. */
export const recordBytes = 4 * hashTables + sketchBytes + viewLength;
const [sketchAt, viewAt] = [4 * hashTables, 4 * hashTables + sketchBytes];
/** Bytes of an entry in a list: its number as a Uint32, then its sketch. */
export const rowBytes = 4 + sketchBytes;

/** Where the records and lists of one index lie. */
export interface ListStorage {
  records: ByteFile;
  tables: readonly ListTable[];
  /** For sorting, `sortingParts` of them. */
  parts: readonly ByteFile[];
}

interface ListTable {
  /** For each hash the number of the row where its list begins, and at last the number of rows, as Uint32s. */
  starts: ByteFile;
  rows: ByteFile;
}

/** What searches have compared so far. */
export interface ComparisonCount {
  /** Pairs of a probe and an entry that have a hash in common, once for each such hash. */
  pairs: number;
  /** Those whose views were compared since their sketches did not rule it out. */
  views: number;
}

export interface HashLists {
  readonly compared: ComparisonCount;
  /** Adds the next entry; null where it is of one colour. */
  add(view: View | null): void;
  /** Sorts the lists; after it none is added any more. */
  seal(turn: () => Promise<void>): Promise<void>;
  /**
   * Calls `found` for each probe and entry that have a hash in common and whose cosine is not below `least`, which may
   * rise from call to call. Of a pair that has several in common it is called for each, with the number of the hash
   * among all that were tried.
   */
  search(
    probes: Probes,
    least: (probe: number) => number,
    turn: () => Promise<void>,
    found: (probe: Probe, entry: number, cosine: number, tried: number) => void,
  ): Promise<void>;
}

/** Pairs of an entry and a probe that are compared at once, in the order of the entries. */
const pairsAtOnce = 1 << 16;

export function createHashLists(hasher: ViewHasher, storage: ListStorage): HashLists {
  const record = createRecorder(hasher);
  const { records, tables } = storage;
  const compared: ComparisonCount = { pairs: 0, views: 0 };
  return {
    compared,
    add: (view) => records.append(record(view)),
    seal: async (turn) => {
      for (const [table, own] of tables.entries()) {
        await turn();
        await dealRows(records, table, hasher.bits, storage.parts);
        await sortParts(storage.parts, hasher.bits, rowBytes, own);
      }
    },
    search: async (probes, least, turn, found) => {
      const pairs = createPairs((entry, packed, table) => {
        compared.views += 1;
        const number = Math.floor(packed / hashesTried);
        const at = records.find(entry * recordBytes + viewAt, viewLength);
        const cosine = probes.dot(number, records.held.signed, at) / stepsOfByte;
        if (cosine >= least(number))
          found(probes.probe(number), entry, cosine, table * hashesTried + (packed % hashesTried));
      });
      for (const [table, { starts, rows }] of tables.entries()) {
        await turn();
        const { hashes, of, count } = probes.sorted(table);
        for (let first = 0; first < count; ) {
          const hash = hashes[first] ?? 0;
          let last = first + 1;
          while (last < count && hashes[last] === hash) last += 1;
          const start = starts.find(4 * hash, 8) >> 2;
          const [from, to] = [starts.held.words[start] ?? 0, starts.held.words[start + 1] ?? 0];
          if (to > from) {
            const place = rows.find(from * rowBytes, (to - from) * rowBytes);
            const { signed, bytes, words } = rows.held;
            compared.pairs += (to - from) * (last - first);
            for (let i = first; i < last; i += 1) {
              const packed = of[i] ?? 0;
              const number = Math.floor(packed / hashesTried);
              const needed = least(number);
              for (let at = place; at < place + (to - from) * rowBytes; at += rowBytes)
                if (probes.bound(number, signed, bytes, at + 4) >= needed)
                  pairs.add(words[at >> 2] ?? 0, packed, table);
            }
          }
          first = last;
        }
        pairs.flush(table);
      }
    },
  };
}

/** Makes the record of a view. The same bytes are used again for the next one. */
function createRecorder(hasher: ViewHasher): (view: View | null) => Uint8Array {
  const written = new Uint8Array(recordBytes);
  const hashes = new Int32Array(written.buffer, 0, hashTables);
  const bytes = new Int8Array(written.buffer, viewAt, viewLength);
  return (view) => {
    written.fill(0);
    hashes.fill(-1);
    if (view !== null) {
      for (let table = 0; table < hashTables; table += 1) hashes[table] = hasher.hash(view, table);
      for (let i = 0; i < viewLength; i += 1) bytes[i] = Math.round((view[i] ?? 0) * stepsOfByte);
      writeSketch(bytes, written, sketchAt);
    }
    return written;
  };
}

/** Deals the rows of a table onto the parts: their hash, then what stands in the list. */
async function dealRows(records: ByteFile, table: number, bits: number, parts: readonly ByteFile[]): Promise<void> {
  const row = new Uint8Array(4 + rowBytes);
  const words = new Uint32Array(row.buffer, 0, 2);
  let entry = 0;
  for await (const piece of records.pieces(recordBytes)) {
    const keys = new Int32Array(piece.buffer, piece.byteOffset, piece.byteLength >> 2);
    for (let at = 0; at < piece.byteLength; at += recordBytes, entry += 1) {
      const hash = keys[(at >> 2) + table] ?? -1;
      if (hash < 0) continue;
      words[0] = hash;
      words[1] = entry;
      for (let i = 0; i < sketchBytes; i += 1) row[8 + i] = piece[at + sketchAt + i] ?? 0;
      parts[partOfHash(hash, bits)]?.append(row);
    }
  }
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
    order.subarray(0, count).sort();
    for (let place = 0; place < count; place += 1) {
      const i = (order[place] ?? 0) % pairsAtOnce;
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
