import { describe, expect, it } from 'vitest';
import { openStoredReplies } from '../../../activities/llm/stored-replies.ts';
import { storeKeys } from '../../../domain/names.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const model = 'a'.repeat(64);
const request = 'b'.repeat(64);
const keyOf = (number: number, fingerprint = 'none'): string => storeKeys.llmReply(model, fingerprint, request, number);

/** A memory store that counts its listings. */
function countingStore() {
  const store = createMemoryStore();
  let listings = 0;
  const objectKeys = async (prefix: string): Promise<string[]> => {
    listings++;
    return store.objectKeys(prefix);
  };
  return { store: { ...store, objectKeys }, listings: () => listings };
}

describe('the list of stored replies', () => {
  it('is made once for many requests, numbers counted as numbers, other models and objects left out', async () => {
    const { store, listings } = countingStore();
    for (const number of [10, 2, 1]) await store.putObjectIfAbsent(keyOf(number), 'x');
    await store.putObjectIfAbsent(storeKeys.llmReply('c'.repeat(64), 'none', request, 7), 'x');
    await store.putObjectIfAbsent(`${storeKeys.llmReplies(model)}note.txt`, 'x');
    const stored = await openStoredReplies(store, model);
    for (let i = 0; i < 100; i++) await stored.to(request);
    expect((await stored.to(request)).map(({ number }) => number)).toEqual([1, 2, 10]);
    expect(listings()).toBe(1);
  });

  it('knows at once what this process stores, and after a while what others do', async () => {
    const { store, listings } = countingStore();
    const stored = await openStoredReplies(store, model, 50);
    stored.add(request, { key: keyOf(1), fingerprint: 'none', number: 1 });
    await store.putObjectIfAbsent(keyOf(2), 'x'); // by another worker
    expect(await stored.to(request)).toHaveLength(1);
    await expect.poll(async () => (await stored.to(request)).map(({ number }) => number)).toEqual([1, 2]);
    expect(listings()).toBeGreaterThan(1);
  });

  it('is asked for again where it could not be renewed', async () => {
    const { store } = countingStore();
    let down = false;
    const failing = {
      ...store,
      objectKeys: async (prefix: string) => {
        if (down) throw new Error('store is down');
        return store.objectKeys(prefix);
      },
    };
    const stored = await openStoredReplies(failing, model, 0);
    down = true;
    await new Promise((go) => setTimeout(go, 20));
    await expect(stored.to(request)).rejects.toThrow('store is down');
    down = false;
    await expect(stored.to(request)).resolves.toEqual([]);
  });
});
