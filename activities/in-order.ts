/**
 * Runs `work` on each item of a stream, `concurrency` at a time, and yields the results in the items' order. No more
 * items than that are taken ahead. After an error nothing further is begun; it is thrown once the work under way has
 * ended, so that nothing runs on unseen.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underway: Promise<R>[] = [];
  const take = async (): Promise<R> => {
    const [next] = underway;
    if (!next) throw new RangeError('nothing is under way');
    const result = await next;
    underway.shift();
    return result;
  };
  try {
    for await (const item of items) {
      const result = work(item);
      result.catch(() => {}); // it is awaited in its turn
      underway.push(result);
      if (underway.length >= concurrency) yield await take();
    }
    while (underway.length > 0) yield await take();
  } finally {
    await Promise.allSettled(underway);
  }
}
