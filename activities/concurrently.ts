/**
 * Runs `work` on every item, `concurrency` at a time, and returns the results in the items' order. Of a stream no more
 * items than that are taken ahead. After the first error no further item is begun; it is thrown once the work under way
 * has ended. p-map rejects at once instead, while its work goes on: an activity would have failed, and its retry begun,
 * with files of its folder still being written.
 */
export async function concurrently<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = iterate(items);
  let [taken, failed] = [0, false];
  const lane = async (): Promise<void> => {
    while (!failed) {
      try {
        const next = await queue.next();
        if (next.done || failed) return;
        const index = taken++; // the queue answers in the order of its items
        results[index] = await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: concurrency }, lane));
  await queue.return(undefined);
  const rejected = lanes.find((outcome) => outcome.status === 'rejected');
  if (rejected) throw rejected.reason;
  return results;
}

/** Gives its items to whoever asks first. */
async function* iterate<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
