/** How an encoder's threads are shared out. */

interface Lanes {
  /** Threads of each copy of the graph. Those of one copy decode some pictures, then encode them together. */
  threads: number[];
  /** How many pictures a copy encodes together. */
  pictures: number;
}

/** Copies of a graph take at most so many bytes. */
const copiesBytes = 512 * 2 ** 20;
/** What a thread makes of so many pixels, from one layer to the next, stays in its cache. */
const pixelsPerThread = 224 * 224;

/**
 * Each thread has a copy of the graph to itself, so that none waits for another between two operations. Of a graph that
 * is too large for it there are fewer copies, down to one, each with several threads.
 *
 * @param threads in all
 * @param bytes of the graph and its weights
 * @param side of a picture as the graph takes it, in pixels
 */
export function lanesOf({ threads, bytes, side }: { threads: number; bytes: number; side: number }): Lanes {
  const copies = Math.max(1, Math.min(threads, Math.floor(copiesBytes / bytes)));
  const shares = Array.from({ length: copies }, (_, i) => Math.ceil((threads - i) / copies));
  return {
    threads: shares,
    pictures: Math.max(...shares) * Math.max(1, Math.floor(pixelsPerThread / side ** 2)),
  };
}
