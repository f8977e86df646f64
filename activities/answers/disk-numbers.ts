/**
 * Numbers that stand for texts, such as ids and patients, of which there may be more than memory holds. A text is kept as
 * JSON, which tells any two apart, lone surrogates and zeros too.
 */
import { openScratchDatabase } from '../scratch-database.ts';

interface DiskNumbers {
  /** From 0, in the order in which texts first come. */
  of(text: string): number;
  /** -1 of a text that did not come. */
  find(text: string): number;
  close(): void;
}

export function createDiskNumbers(): DiskNumbers {
  const database = openScratchDatabase(
    'create table known (text text primary key, number integer) without rowid',
    cacheKiB,
  );
  const select = database.prepare('select number from known where text = ?');
  const insert = database.prepare('insert into known values (?, ?)');
  let count = 0;
  const find = (text: string): number => Number(select.get(JSON.stringify(text))?.number ?? -1);
  return {
    find,
    of: (text) => {
      const known = find(text);
      if (known >= 0) return known;
      insert.run(JSON.stringify(text), count);
      return count++;
    },
    close: () => database.close(),
  };
}

const cacheKiB = 4096;
