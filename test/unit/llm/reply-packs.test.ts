/** Replies that come together are stored together, each before it is used, and each is found by its request. */
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../activities/llm/ledger.ts';
import { openReplyPacks, type PackedReply } from '../../../activities/llm/reply-packs.ts';
import { openStoredReplies } from '../../../activities/llm/stored-replies.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { replyOf } from '../../support/llm.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const model = 'a'.repeat(64);
const replies = (count: number): PackedReply[] =>
  Array.from({ length: count }, (_, i) => {
    const request = digestOf(String(i));
    return { request, number: 1, text: JSON.stringify({ request, reply: `reply ${i}` }) };
  });

/** A memory store that counts what is asked of it. */
function counting(objects = new Map<string, Uint8Array>()) {
  const store = createMemoryStore(objects);
  const asked = { reads: 0, writes: 0 };
  return {
    ...{ objects, asked },
    store: {
      ...store,
      getObject: (key: string) => {
        asked.reads++;
        return store.getObject(key);
      },
      putObjectIfAbsent: (key: string, data: Uint8Array | string) => {
        asked.writes++;
        return store.putObjectIfAbsent(key, data);
      },
    },
  };
}

describe('replies that come together', () => {
  it('are a few objects, in which each is found', async () => {
    const { store, asked } = counting();
    const packs = openReplyPacks(store, model);
    const all = replies(100);
    const keys = await Promise.all(all.map((reply) => packs.write('none', reply)));
    expect(asked.writes).toBe(Math.ceil(100 / 16));
    const later = openReplyPacks(store, model);
    for (const [i, { request, text }] of all.entries()) {
      expect(await later.read(keys[i]?.key ?? '', request)).toBe(text);
    }
    expect(asked.reads).toBe(asked.writes);
    const stored = await openStoredReplies(store, model);
    for (const { request } of all) expect(await stored.to(request)).toHaveLength(1);
  });

  it('are not used before they are stored, and none where they cannot be', async () => {
    let write = (): void => {};
    const written = new Promise<void>((go) => {
      write = go;
    });
    const slow = { ...createMemoryStore(), putObjectIfAbsent: () => written.then(() => true) };
    const used: string[] = [];
    const opened = openReplyPacks(slow, model);
    const waiting = Promise.all(replies(20).map(async (reply) => used.push((await opened.write('none', reply)).key)));
    await new Promise((go) => setTimeout(go, 100));
    expect(used).toEqual([]);
    write();
    await waiting;
    const down = { ...createMemoryStore(), putObjectIfAbsent: () => Promise.reject(new Error('store is down')) };
    const packs = openReplyPacks(down, model);
    const outcomes = await Promise.allSettled(replies(20).map((reply) => packs.write('none', reply)));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('of different weights lie apart', async () => {
    const { store, objects } = counting();
    const packs = openReplyPacks(store, model);
    await Promise.all(replies(10).map((reply, i) => packs.write(i % 2 === 0 ? 'fp-a' : 'fp-b', reply)));
    expect([...objects.keys()].map((key) => key.split('/')[3]).toSorted()).toEqual(['fp-a', 'fp-b']);
  });

  it('do not wait for others where none are under way', async () => {
    const { store, asked } = counting();
    void openReplyPacks(store, model, () => false).write('none', replies(1)[0] as PackedReply); // there is one
    await new Promise(setImmediate);
    expect(asked.writes).toBe(1);
  });

  it('with the same begin of their digests are told apart', async () => {
    const { store } = counting();
    const packs = openReplyPacks(store, model);
    const [one, two] = ['1', '2'].map((end) => `${'b'.repeat(63)}${end}`);
    const all = [one, two].map((request = '') => ({ request, number: 1, text: `{"request":"${request}"}` }));
    const [first] = await Promise.all(all.map((reply) => packs.write('none', reply)));
    for (const { request, text } of all) expect(await packs.read(first?.key ?? '', request)).toBe(text);
    const third = `${'b'.repeat(63)}3`;
    const stored = await openStoredReplies(store, model);
    for (const { key } of await stored.to(third)) expect(await packs.read(key, third)).toBeNull();
  });
});

describe('a pack that is damaged', () => {
  it.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['without a reply', (text: string) => text.replace(/^.*\n/, '')],
  ])('is refused with its name: %s', async (_, damage) => {
    const { store, objects } = counting();
    const packs = openReplyPacks(store, model);
    await Promise.all(replies(3).map((reply) => packs.write('none', reply)));
    const [[key = '', bytes]] = [...objects] as [[string, Uint8Array]]; // one pack
    objects.set(key, new TextEncoder().encode(damage(new TextDecoder().decode(bytes))));
    await expect(openReplyPacks(store, model).read(key, digestOf('0'))).rejects.toMatchObject({
      type: failureTypes.corrupt,
      message: expect.stringContaining(key),
    });
  });
});

it('a ledger finds all that another one stored in packs, also what was of no use, in its order', async () => {
  const { store, asked } = counting();
  const identity = { provider: 'p', address: 'http://a/v1', model: 'm', says: {}, body: {} };
  let calls = 0;
  const open = (execution: string) =>
    openLedger({
      ...{ store, model: { identity, fingerprint: null, part: 's' }, run: { id: 'run', execution }, asks: 3 },
      complete: async () => replyOf(calls++ < 40 ? '' : 'a good one'),
      now: () => new Date(0),
    });
  const requests = Array.from({ length: 40 }, (_, seed) => ({
    ...{ system: 's', user: 'u', maxTokens: 9, temperature: 0, seed },
  }));
  const first = await open('first');
  await Promise.all(requests.map((request) => first.ask(request, () => null)));
  expect(calls).toBe(80);
  expect(asked.writes).toBeLessThan(20);
  const later = await open('second');
  const answers = await Promise.all(requests.map((request) => later.ask(request, () => null)));
  for (const { text, fault, entries, known } of answers) {
    expect([text, fault, entries.map(({ reply }) => reply.text), known]).toEqual([
      'a good one',
      null,
      ['', 'a good one'],
      2,
    ]);
  }
  expect(calls).toBe(80);
  expect(asked.reads).toBe(asked.writes);
});
