import { describe, expect, it } from 'vitest';
import { openAnswerBook } from '../../../activities/answers/answer-book.ts';
import type { KeptAnswer } from '../../../domain/answers/answer.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { unavailable } from '../../../domain/failures.ts';
import { greedyAnswerer } from '../../support/answers.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const answer = (name: string, text = `answer to ${name}`): KeptAnswer => ({
  key: digestOf(name),
  text,
  finish: 'stop',
});
const many = (count: number): KeptAnswer[] => Array.from({ length: count }, (_, i) => answer(`item ${i}`));

describe('an answer book', () => {
  it('has what was added, in any process that opens it later', async () => {
    const store = createMemoryStore();
    const book = await openAnswerBook(store, greedyAnswerer);
    for (const each of many(300)) book.add(each);
    expect(book.get(digestOf('item 7'))?.text).toBe('answer to item 7');
    await book.flush();
    const again = await openAnswerBook(store, greedyAnswerer);
    expect(many(300).map(({ key }) => again.get(key))).toEqual(many(300));
    expect(again.get(digestOf('another'))).toBeUndefined();
  });

  it('keeps answers by model, runtime, precision and decoding', async () => {
    const store = createMemoryStore();
    const book = await openAnswerBook(store, greedyAnswerer);
    book.add(answer('item'));
    await book.flush();
    const { decoding } = greedyAnswerer;
    for (const other of [
      { model: { base: 'c'.repeat(64), adapter: null } },
      { runtime: 'onnx' },
      { precision: 'bf16' },
      { decoding: { ...decoding, maxNewTokens: 65 } },
      { decoding: { ...decoding, temperature: 0.7 } },
    ] as const) {
      expect((await openAnswerBook(store, { ...greedyAnswerer, ...other })).get(digestOf('item'))).toBeUndefined();
    }
    // A greedy answer draws nothing.
    const seeded = await openAnswerBook(store, { ...greedyAnswerer, decoding: { ...decoding, seed: 9 } });
    expect(seeded.get(digestOf('item'))).toEqual(answer('item'));
  });

  it('writes answers that come together into one object', async () => {
    const objects = new Map<string, Uint8Array>();
    const book = await openAnswerBook(createMemoryStore(objects), greedyAnswerer);
    for (let batch = 0; batch < 3; batch++) {
      for (let i = 0; i < 64; i++) book.add(answer(`${batch}/${i}`));
      await new Promise((later) => setTimeout(later, 30));
    }
    await book.flush();
    expect(objects.size).toBe(3);
  });

  it('writes an answer when it comes, and what comes during a write with the next one', async () => {
    const inner = createMemoryStore();
    const written: number[] = [];
    const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const store = {
      ...inner,
      putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
        written.push(String(data).split('\n').length - 2);
        await gates[written.length - 1]?.promise;
        return inner.putObjectIfAbsent(key, data);
      },
    };
    const turn = (): Promise<void> => new Promise((later) => setImmediate(later));
    const book = await openAnswerBook(store, greedyAnswerer);
    book.add(answer('first'));
    await turn();
    expect(written).toEqual([1]);
    for (const each of many(5)) book.add(each);
    await turn();
    expect(written).toEqual([1]);
    for (const gate of gates) gate.resolve();
    await book.flush();
    expect(written).toEqual([1, 5]);
  });

  it('waits a little with an answer of an endpoint, for others that come one by one', async () => {
    const objects = new Map<string, Uint8Array>();
    const book = await openAnswerBook(createMemoryStore(objects), { ...greedyAnswerer, runtime: 'endpoint' });
    for (let i = 0; i < 6; i++) {
      book.add(answer(`one by one ${i}`));
      await new Promise((later) => setTimeout(later, 2));
    }
    await expect.poll(() => objects.size, { timeout: 2_000 }).toBe(1);
    book.add(answer('alone'));
    await book.flush();
    expect(objects.size).toBe(2);
    book.add(answer('last'));
    await expect.poll(() => objects.size, { timeout: 2_000 }).toBe(3);
  });

  it('never lets an answer of an endpoint wait for those that keep coming', async () => {
    const inner = createMemoryStore();
    const came = new Map<string, number>();
    const waited: number[] = [];
    const store = {
      ...inner,
      putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
        for (const [, own = ''] of String(data).matchAll(/"key":"(\w+)"/g))
          waited.push(performance.now() - (came.get(own) ?? 0));
        return inner.putObjectIfAbsent(key, data);
      },
    };
    const book = await openAnswerBook(store, { ...greedyAnswerer, runtime: 'endpoint' });
    for (const each of many(60)) {
      came.set(each.key, performance.now());
      book.add(each);
      await new Promise((later) => setTimeout(later, 5));
    }
    expect(waited.length).toBeGreaterThan(30); // before anybody asked for it
    await book.flush();
    expect(waited).toHaveLength(60);
    // 50 ms; the rest is for machines that do other work beside it.
    expect(waited.toSorted((a, b) => a - b)[30]).toBeLessThan(150);
  });

  it('is the same for several writers, whatever the order, also where they answered the same', async () => {
    const store = createMemoryStore();
    const writers = await Promise.all([1, 2, 3].map(() => openAnswerBook(store, greedyAnswerer)));
    writers.forEach((book, writer) => {
      book.add(answer('shared', `by writer ${writer}`));
      book.add(answer(`own ${writer}`));
    });
    await Promise.all(writers.map((book) => book.flush()));
    const readers = await Promise.all([1, 2].map(() => openAnswerBook(store, greedyAnswerer)));
    const [one, other] = readers.map((book) => book.get(digestOf('shared'))?.text);
    expect(one).toMatch(/^by writer/);
    expect(other).toBe(one);
    expect([0, 1, 2].map((writer) => readers[0]?.get(digestOf(`own ${writer}`)))).not.toContain(undefined);
  });

  it.each([
    ['half written', (data: Uint8Array) => data.slice(0, data.length >> 1)],
    ['changed', (data: Uint8Array) => data.map((byte, i) => (i === data.length - 10 ? byte ^ 1 : byte))],
  ])('passes over a chunk that was %s, tells of it, and writes it again', async (_, damage) => {
    const objects = new Map<string, Uint8Array>();
    const store = createMemoryStore(objects);
    const write = async (name: string): Promise<void> => {
      const book = await openAnswerBook(store, greedyAnswerer);
      book.add(answer(name));
      await book.flush();
    };
    await write('first');
    const [key = '', data = new Uint8Array()] = [...objects][0] ?? [];
    objects.set(key, damage(data));
    await write('second');
    const damaged: string[] = [];
    const book = await openAnswerBook(store, greedyAnswerer, { onDamaged: (at) => damaged.push(at) });
    expect(damaged).toEqual([key]);
    expect(book.get(digestOf('first'))).toBeUndefined();
    expect(book.get(digestOf('second'))).toEqual(answer('second'));
    // The very same chunk again: its name stands, with other bytes.
    await write('first');
    expect((await openAnswerBook(store, greedyAnswerer)).get(digestOf('first'))).toEqual(answer('first'));
  });

  it('tells that the store is away, and loses nothing once it is back', async () => {
    const inner = createMemoryStore();
    let away = true;
    const store = {
      ...inner,
      putObjectIfAbsent: async (key: string, data: Uint8Array | string) => {
        if (away) throw unavailable('the store is away');
        return inner.putObjectIfAbsent(key, data);
      },
    };
    const book = await openAnswerBook(store, greedyAnswerer);
    book.add(answer('first'));
    await new Promise((later) => setTimeout(later, 20));
    expect(() => book.add(answer('second'))).toThrow('the store is away');
    await expect(book.flush()).rejects.toThrow('the store is away');
    away = false;
    await book.flush();
    expect((await openAnswerBook(inner, greedyAnswerer)).get(digestOf('first'))).toEqual(answer('first'));
  });
});
