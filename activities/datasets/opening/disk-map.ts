/** Strings found by a key, on disk: an index over any number of images takes a few megabytes of memory. */
import { openScratchDatabase } from '../../scratch-database.ts';

export interface DiskMap extends Disposable {
  /** Adds a value; a key may have several. */
  add(key: string, value: string): void;
  /** The key's values in the order in which they were added. */
  get(key: string): string[];
}

/** An empty map in a private temporary file, which goes with the map. */
export function createDiskMap(): DiskMap {
  const database = openScratchDatabase(
    'create table entry (key text, value text); create index by_key on entry (key)',
    512,
  );
  const insert = database.prepare('insert into entry values (?, ?)');
  const select = database.prepare('select value from entry where key = ? order by rowid');
  return {
    add: (key, value) => void insert.run(key, value),
    get: (key) => select.all(key).map((row) => String(row.value)),
    [Symbol.dispose]: () => database.close(),
  };
}
