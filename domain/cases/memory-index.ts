/** An index of perceptual hashes in memory. */

import { indexHashes, type NearDuplicateIndex } from './near-duplicates.ts';
import { createMemoryFile } from './views/byte-file.ts';
import type { ListStorage } from './views/hash-lists.ts';
import { sortingParts } from './views/sort-rows.ts';
import { hashTables } from './views/view-hash.ts';

export const indexInMemory = (hashes: readonly string[]): Promise<NearDuplicateIndex> =>
  indexHashes(hashes, hashes.length, {
    lists: { wholes: createMemoryLists(), windows: createMemoryLists() },
    hashAt: (position) => hashes[position] ?? '',
    turn: async () => {},
  });

export const createMemoryLists = (): ListStorage => ({
  records: createMemoryFile(),
  tables: Array.from({ length: hashTables }, () => ({ starts: createMemoryFile(), rows: createMemoryFile() })),
  parts: Array.from({ length: sortingParts }, createMemoryFile),
});
