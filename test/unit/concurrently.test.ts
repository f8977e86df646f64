import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { concurrently } from '../../activities/concurrently.ts';
import { inOrder } from '../../activities/in-order.ts';

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of stream) all.push(each);
  return all;
}

const inOrderAll = async <T, R>(items: readonly T[], concurrency: number, work: (item: T) => Promise<R>) =>
  collect(inOrder(stream(items), concurrency, work));

const numbers = Array.from({ length: 30 }, (_, i) => i);

describe.each([
  ['concurrently', concurrently],
  ['inOrder', inOrderAll],
])('%s', (_, run) => {
  it('gives results in the items’ order, and works on as many at a time as asked', async () => {
    let [underway, most] = [0, 0];
    const results = await run(numbers, 4, async (item: number) => {
      underway += 1;
      most = Math.max(most, underway);
      await sleep((item * 7) % 5);
      underway -= 1;
      return item * 2;
    });
    expect(results).toEqual(numbers.map((item) => item * 2));
    expect(most).toBe(4);
  });

  it('takes no items and fewer than it could work on', async () => {
    expect(await run([], 4, async (item: number) => item)).toEqual([]);
    expect(await run([7], 4, async (item: number) => item)).toEqual([7]);
  });

  it('throws after an error when what was begun has ended, and begins nothing further', async () => {
    const [begun, ended]: [number[], number[]] = [[], []];
    const work = async (item: number): Promise<void> => {
      begun.push(item);
      try {
        await sleep(item === 2 ? 1 : 40);
        if (item === 2) throw new Error('item 2');
      } finally {
        ended.push(item);
      }
    };
    await expect(run(numbers, 4, work)).rejects.toThrow('item 2');
    expect(ended.toSorted()).toEqual(begun.toSorted());
    expect(begun).toEqual([0, 1, 2, 3]);
  });
});

it('inOrder takes no more items ahead than it works on, however slow its reader is', async () => {
  let taken = 0;
  async function* counted(): AsyncGenerator<number> {
    for (; taken < 100; taken += 1) yield taken;
  }
  const results = inOrder(counted(), 3, async (item) => item);
  await results.next();
  await sleep(20);
  expect(taken).toBeLessThanOrEqual(3);
  await results.return(undefined);
});

it('concurrently takes no more items of a stream ahead than it works on', async () => {
  let [taken, done] = [0, 0];
  async function* counted(): AsyncGenerator<number> {
    for (; taken < 40; taken += 1) yield taken;
  }
  await concurrently(counted(), 3, async () => {
    expect(taken - done).toBeLessThanOrEqual(3);
    await sleep(1);
    done += 1;
  });
  expect(done).toBe(40);
});
