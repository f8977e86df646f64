import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isAsNamed, putDigestNamed } from '../../../activities/store/digest-named.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const keyOf = (digest: string): string => `answers/1/model/${digest}.jsonl`;
const write = (store: ReturnType<typeof createMemoryStore>, text: string): Promise<void> =>
  putDigestNamed(store, (again) => `${again}\n${text}`, keyOf);

it('an object has the name of its bytes, whatever they are', () =>
  fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (text, other) => {
      const store = createMemoryStore();
      await write(store, text);
      await write(store, text);
      const [key = '', ...more] = await store.objectKeys('answers/');
      expect(more).toEqual([]);
      const bytes = (await store.getObject(key)) ?? new Uint8Array();
      expect(isAsNamed(key, bytes)).toBe(true);
      expect(isAsNamed(key, new TextEncoder().encode(`0\n${text}${other}`))).toBe(other === '');
    }),
    { numRuns: 100 },
  ));

it('is written beside a damaged one of its name', async () => {
  const store = createMemoryStore();
  await write(store, 'a');
  const [first = ''] = await store.objectKeys('answers/');
  const damaged = createMemoryStore();
  await damaged.putObjectIfAbsent(first, 'not that');
  await write(damaged, 'a');
  const keys = await damaged.objectKeys('answers/');
  expect(keys).toHaveLength(2);
  const own = keys.find((key) => key !== first) ?? '';
  expect(new TextDecoder().decode((await damaged.getObject(own)) ?? undefined)).toBe('1\na');
});
