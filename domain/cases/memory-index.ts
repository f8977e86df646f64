/** An index of perceptual hashes in memory. */
import { createMemoryFile } from './byte-file.ts';
import type { ListShelf } from './hash-lists.ts';
import { indexHashes, type NearDuplicateIndex } from './near-duplicates.ts';
import { sortingParts } from './sort-rows.ts';
import { hashTables } from './view-hash.ts';

export const indexInMemory = (hashes: readonly string[]): Promise<NearDuplicateIndex> =>
  indexHashes(hashes, hashes.length, {
    lists: { wholes: createMemoryLists(), windows: createMemoryLists() },
    hashAt: (position) => hashes[position] ?? '',
    turn: async () => {},
  });

export const createMemoryLists = (): ListShelf => ({
  records: createMemoryFile(),
  tables: Array.from({ length: hashTables }, () => ({ starts: createMemoryFile(), rows: createMemoryFile() })),
  parts: Array.from({ length: sortingParts }, createMemoryFile),
});
