/** Views of a sequence that can be read again and again: nothing is copied, each reading makes its elements again. */

export const filtered = <T>(items: Iterable<T>, keep: (item: T) => boolean): Iterable<T> => ({
  *[Symbol.iterator]() {
    for (const item of items) if (keep(item)) yield item;
  },
});

export const mapped = <T, R>(items: Iterable<T>, make: (item: T) => R): Iterable<R> => ({
  *[Symbol.iterator]() {
    for (const item of items) yield make(item);
  },
});

/** Without those of which `make` makes nothing. */
export const mappedWhere = <T, R>(items: Iterable<T>, make: (item: T) => R | undefined): Iterable<R> => ({
  *[Symbol.iterator]() {
    for (const item of items) {
      const made = make(item);
      if (made !== undefined) yield made;
    }
  },
});

/** How many there are, or how many of them hold. */
export function countOf<T>(items: Iterable<T>, holds: (item: T) => boolean = () => true): number {
  let count = 0;
  for (const item of items) if (holds(item)) count += 1;
  return count;
}

export function sumOf<T>(items: Iterable<T>, value: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum;
}

export function firstWhere<T>(items: Iterable<T>, holds: (item: T) => boolean): T | undefined {
  for (const item of items) if (holds(item)) return item;
  return undefined;
}

export function isEmpty(items: Iterable<unknown>): boolean {
  for (const _ of items) return false;
  return true;
}
