import type { Rows } from './rows.ts';

/**
 * Runs `work` on each item of a stream, `concurrency` at a time, and yields the results in the items' order. No more
 * items than that are taken ahead. After an error nothing further is begun; it is thrown once the work under way has
 * ended. p-map's iterable throws at once and leaves that work to itself (concurrently.ts says why that is too early).
 */
export async function* inOrder<T, R>(
  items: Rows<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underway: Promise<R>[] = [];
  let failed = false;
  const take = async (): Promise<R> => {
    const [next] = underway;
    if (!next) throw new RangeError('nothing is under way');
    const result = await next;
    underway.shift();
    return result;
  };
  try {
    for await (const item of items) {
      if (failed) break;
      const result = work(item);
      // It is awaited in its turn.
      result.catch(() => {
        failed = true;
      });
      underway.push(result);
      if (underway.length >= concurrency) yield await take();
    }
    while (underway.length > 0) yield await take();
  } finally {
    await Promise.allSettled(underway);
  }
}
