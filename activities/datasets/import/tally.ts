/** Counts by name, for reports. */
interface Tally {
  add(name: string, count?: number): void;
  /** Largest first, equal ones by name. */
  entries(): [name: string, count: number][];
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  return {
    add: (name, count = 1) => void counts.set(name, (counts.get(name) ?? 0) + count),
    entries: () => [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
  };
}
