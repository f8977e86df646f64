/**
 * Which of many pictures share a key, directly or through others: their keys lie on disk and are sorted there, memory
 * holds four bytes per picture.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTurns, keyParts, openScratchDatabase, partOf } from '../../scratch-database.ts';

export interface KeyGroups extends Disposable {
  /** Adds the next picture, numbered from 0, with its keys; those of a level above `level` are passed over by `unite`. */
  add(keys: readonly string[], level?: number): void;
  /** More keys of the picture that was added last. */
  addKeys(keys: readonly string[], level: number): void;
  /** Joins the pictures that share a key up to this level; after the first call none is added any more. */
  unite(level?: number): Promise<void>;
  /** The lowest number among the pictures that are joined with this one. */
  firstOf(at: number): number;
  /** Frees the disk; `firstOf` goes on to answer. */
  close(): void;
}

export function createKeyGroups(): KeyGroups {
  const schema = keyParts.map((part) => `create table entry_${part} (key text, level integer, at integer)`);
  const database = openScratchDatabase(schema.join(';'));
  const inserts = keyParts.map((part) => database.prepare(`insert into entry_${part} values (?, ?, ?)`));
  let count = 0;
  let parents = new Uint32Array();
  const firstOf = (start: number): number => {
    let at = start;
    for (let up = parents[at] ?? at; up !== at; up = parents[at] ?? at) {
      parents[at] = parents[up] ?? up; // halves the path, so that later searches are short
      at = parents[at] ?? at;
    }
    return at;
  };
  const join = (a: number, b: number): void => {
    const [x, y] = [firstOf(a), firstOf(b)];
    parents[Math.max(x, y)] = Math.min(x, y);
  };
  const addKeys = (keys: readonly string[], level: number): void => {
    for (const key of keys) inserts[partOf(key)]?.run(key, level, count - 1);
  };
  return {
    add: (keys, level = 0) => {
      count += 1;
      addKeys(keys, level);
    },
    addKeys,
    unite: async (level = 0) => {
      if (parents.length === 0) parents = Uint32Array.from({ length: count }, (_, at) => at);
      for (const part of keyParts) {
        await nextTurn();
        const sorted = database.prepare(`select key, at from entry_${part} where level <= ? order by key`);
        let [lastKey, last]: [unknown, number] = [null, 0];
        for await (const { key, at } of inTurns(sorted.iterate(level))) {
          if (lastKey === key) join(last, Number(at));
          [lastKey, last] = [key, Number(at)];
        }
      }
    },
    firstOf,
    close: () => database[Symbol.dispose](),
    [Symbol.dispose]: () => database[Symbol.dispose](), // which may be closed by then
  };
}
