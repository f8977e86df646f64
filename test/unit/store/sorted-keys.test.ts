import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listRows } from '../../../activities/rows.ts';
import { sortedKeys } from '../../../activities/store/sorted-keys.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

/** Tells the keys as they stand here. */
const listing = (keys: readonly string[]) => ({
  eachObjectKey: async (_prefix: string, tell: (key: string) => void): Promise<void> => keys.forEach(tell),
});

it('come in their order and once, in whatever order and how often they are told', async () => {
  const key = fc.string({ unit: fc.constantFrom(...'09az/._-'), minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(key), async (keys) => {
      const sorted = [...new Set(keys)].toSorted();
      expect(await listRows(sortedKeys(listing(keys), ''))).toEqual(sorted);
      expect(await listRows(sortedKeys(listing(keys), '', 'descending'))).toEqual(sorted.toReversed());
    }),
  );
});

it('are those below the prefix', async () => {
  const store = createMemoryStore();
  for (const key of ['a/2', 'a/1', 'ab/1', 'b/1']) await store.putObjectIfAbsent(key, 'x');
  expect(await listRows(sortedKeys(store, 'a/'))).toEqual(['a/1', 'a/2']);
});

it('end with the reader and with the listing', async () => {
  const keys = Array.from({ length: 1_000 }, (_, i) => `${1_000 + i}`);
  for await (const key of sortedKeys(listing(keys), '')) {
    expect(key).toBe('1000');
    break;
  }
  const broken = { eachObjectKey: async () => Promise.reject(new Error('the store is away')) };
  await expect(listRows(sortedKeys(broken, ''))).rejects.toThrow('the store is away');
});
