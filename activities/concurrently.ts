/**
 * Runs `work` on every item, `concurrency` at a time, and returns the results in the items' order. After the first
 * error no further item is begun; it is thrown once the work under way has ended. p-map rejects at once instead, while
 * its work goes on: an activity would have failed, and its retry begun, with files of its folder still being written.
 */
export async function concurrently<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  const rejected = lanes.find((outcome) => outcome.status === 'rejected');
  if (rejected) throw rejected.reason;
  return results;
}
