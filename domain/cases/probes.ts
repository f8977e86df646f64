/** Views that are looked for in an index, found by their hashes. */
import { hashesTried, hashTables, type View, type ViewHasher } from './view-hash.ts';

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
  /** Sorts what was added, for `find`. */
  seal(): void;
  /** Calls `found` for each view with this hash in this table, with the hash's number among those that were tried. */
  find(table: number, key: number, found: (view: number, tried: number) => void): void;
  views: { probe: Probe; view: View }[];
}

/** Views by their hashes: a bit per possible hash first, for most hashes that occur in an index nobody looks for. */
export function createProbes(hasher: ViewHasher): Probes {
  const slotBits = Math.min(hasher.bits, 16);
  const slotOf = (key: number): number => key & ((1 << slotBits) - 1);
  const views: Probes['views'] = [];
  const keys: number[][] = Array.from({ length: hashTables }, () => []);
  const wanted = Array.from({ length: hashTables }, () => new Uint32Array(Math.ceil((1 << hasher.bits) / 32)));
  let sorted: { starts: Uint32Array; keys: Int32Array; of: Int32Array }[] = [];
  return {
    views,
    add: (view, probe) => {
      if (view === null) return;
      views.push({ view, probe });
      for (let table = 0; table < hashTables; table += 1) keys[table]?.push(...hasher.hashes(view, table));
    },
    seal: () => {
      sorted = keys.map((own, table) => {
        const starts = new Uint32Array((1 << slotBits) + 1);
        const bits = wanted[table];
        for (const key of own) {
          starts[slotOf(key) + 1] = (starts[slotOf(key) + 1] ?? 0) + 1;
          if (bits) bits[key >> 5] = (bits[key >> 5] ?? 0) | (1 << (key & 31));
        }
        for (let slot = 0; slot < 1 << slotBits; slot += 1)
          starts[slot + 1] = (starts[slot + 1] ?? 0) + (starts[slot] ?? 0);
        const next = starts.slice();
        const [into, of] = [new Int32Array(own.length), new Int32Array(own.length)];
        for (const [i, key] of own.entries()) {
          const at = next[slotOf(key)] ?? 0;
          next[slotOf(key)] = at + 1;
          into[at] = key;
          of[at] = i;
        }
        return { starts, keys: into, of };
      });
    },
    find: (table, key, found) => {
      const bits = wanted[table];
      const own = sorted[table];
      if (!own || !bits || !((bits[key >> 5] ?? 0) & (1 << (key & 31)))) return;
      const to = own.starts[slotOf(key) + 1] ?? 0;
      for (let at = own.starts[slotOf(key)] ?? 0; at < to; at += 1) {
        if (own.keys[at] !== key) continue;
        const of = own.of[at] ?? 0;
        found(Math.floor(of / hashesTried), of % hashesTried);
      }
    },
  };
}
