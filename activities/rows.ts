/** Rows of data that may be more than memory holds. */

/** Read one at a time, as often as one likes, each time from the first; a list is one too. */
export type Rows<T> = AsyncIterable<T> | readonly T[];

/** Rows made of others, one at a time. */
export const flatMapRows = <T, R>(rows: Rows<T>, make: (row: T) => readonly R[]): Rows<R> => ({
  [Symbol.asyncIterator]: async function* () {
    for await (const row of rows) yield* make(row);
  },
});

export const filterRows = <T>(rows: Rows<T>, keep: (row: T, at: number) => boolean): Rows<T> => ({
  [Symbol.asyncIterator]: async function* () {
    let at = 0;
    for await (const row of rows) if (keep(row, at++)) yield row;
  },
});

/** One after the other. */
export const concatRows = <T>(...parts: readonly Rows<T>[]): Rows<T> => ({
  [Symbol.asyncIterator]: async function* () {
    for (const part of parts) yield* part;
  },
});

/** No more than the first so many; what comes after them is not read. */
export const firstRows = <T>(rows: Rows<T>, most: number): Rows<T> => ({
  [Symbol.asyncIterator]: async function* () {
    let left = most;
    if (left <= 0) return;
    for await (const row of rows) {
      yield row;
      left -= 1;
      if (left <= 0) return;
    }
  },
});

/** Some at once, in their order; the last of them may be fewer. */
export async function* chunksOf<T>(rows: Rows<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** All of them as a list: for rows that are known to be few. */
export async function listRows<T>(rows: Rows<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}
