/** Rows are sorted by their hash, those of one hash in their order and no more than are compared, on disk as in memory. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openIndexStorage } from '../../../activities/datasets/preparation/index-storage.ts';
import { createMemoryLists } from '../../../domain/cases/memory-index.ts';
import type { ByteFile } from '../../../domain/cases/views/byte-file.ts';
import { rowBytes } from '../../../domain/cases/views/hash-lists.ts';
import { partOfHash, sortParts } from '../../../domain/cases/views/sort-rows.ts';
import { mostOfOneHash } from '../../../domain/cases/views/view-hash.ts';
import { createRandom } from '../../../domain/random.ts';
import { temporaryFolder } from '../../support/datasets.ts';

async function wordsOf(file: ByteFile, unit: number): Promise<number[]> {
  const words: number[] = [];
  for await (const piece of file.pieces(unit))
    words.push(...new Uint32Array(piece.buffer, piece.byteOffset, piece.byteLength / 4));
  return words;
}

it('sorts', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(8, 9),
      fc.constantFrom(0, 1, 40, 2000),
      fc.boolean(),
      async (seed, bits, count, skewed) => {
        const random = createRandom(`rows/${seed}`);
        const hashes = Array.from({ length: count }, () =>
          skewed && random.float() < 0.7 ? 5 : random.int(0, 2 ** bits - 1),
        );
        const own = join(folder, String(number++));
        await mkdir(own);
        const disk = openIndexStorage(own);
        for (const { parts, tables } of [disk.lists.wholes, createMemoryLists()]) {
          const [, table] = tables;
          if (!table) throw new Error('no table');
          for (const [entry, hash] of hashes.entries()) {
            const row = new Uint8Array(4 + rowBytes);
            new Uint32Array(row.buffer, 0, 2).set([hash, entry]);
            parts[partOfHash(hash, bits)]?.append(row);
          }
          await sortParts(parts, bits, rowBytes, table);
          const wanted = Array.from({ length: 2 ** bits }, (_, hash) =>
            [...hashes.keys()].filter((entry) => hashes[entry] === hash).slice(0, mostOfOneHash),
          );
          const rows = await wordsOf(table.rows, rowBytes);
          expect(rows.filter((_, i) => i % (rowBytes / 4) === 0)).toEqual(wanted.flat());
          const starts = wanted.map((_, hash) => wanted.slice(0, hash).reduce((sum, list) => sum + list.length, 0));
          expect(await wordsOf(table.starts, 4)).toEqual([...starts, wanted.flat().length]);
          for (const part of parts) expect(await wordsOf(part, 4 + rowBytes)).toEqual([]);
        }
        disk.close();
      },
    ),
    { numRuns: 8 },
  );
});
