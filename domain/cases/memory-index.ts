/** An index of perceptual hashes in memory. */
import { type ListShelf, recordBytes } from './hash-lists.ts';
import { indexHashes, type NearDuplicateIndex } from './near-duplicates.ts';
import { hashTables, viewLength } from './view-hash.ts';

export const indexInMemory = (hashes: readonly string[]): Promise<NearDuplicateIndex> =>
  indexHashes(hashes, hashes.length, {
    lists: { wholes: createMemoryLists(), windows: createMemoryLists() },
    hashAt: (position) => hashes[position] ?? '',
    turn: async () => {},
  });

export function createMemoryLists(): ListShelf {
  const records = createBytes();
  const lists = Array.from({ length: hashTables }, createBytes);
  return {
    append: records.append,
    pieces: async function* () {
      yield records.all();
    },
    viewOf: (entry) => {
      const { buffer } = records.all();
      return new Int8Array(buffer, (entry + 1) * recordBytes - viewLength, viewLength);
    },
    appendEntries: (table, entries) => lists[table]?.append(new Uint8Array(entries.buffer)),
    entries: (table, from, count) => new Uint32Array(lists[table]?.all().buffer ?? new ArrayBuffer(0), 4 * from, count),
  };
}

function createBytes(): { append(bytes: Uint8Array): void; all(): Uint8Array<ArrayBuffer> } {
  let held = new Uint8Array(1024);
  let length = 0;
  return {
    append: (bytes) => {
      if (length + bytes.length > held.length) {
        const more = new Uint8Array(2 * (length + bytes.length));
        more.set(held.subarray(0, length));
        held = more;
      }
      held.set(bytes, length);
      length += bytes.length;
    },
    all: () => held.subarray(0, length),
  };
}
