/**
 * SQLite in a private temporary file: tables, sorting and look-ups of any size in a few megabytes of memory. The file
 * lies where `SQLITE_TMPDIR` or `TMPDIR` says.
 *
 * SQLite works on this thread, and a sort is one step of it. What grows with the data is therefore sorted in parts
 * (`partOf`) and read in turns (`inTurns`), so that heartbeats go out meanwhile.
 */
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * The system removes the file with the connection, which `using` or `close` ends: one that is forgotten keeps its room on
 * the disk for hours. Nothing is ever rolled back, so all is one transaction.
 */
export function openScratchDatabase(schema: string, cacheKiB = 1024): DatabaseSync {
  const database = new DatabaseSync('');
  database.exec(
    `pragma journal_mode = off; pragma synchronous = off; pragma temp_store = file; pragma cache_size = -${cacheKiB}`,
  );
  database.exec(`${schema}; begin`);
  return database;
}

/** A text as bytes that sort as JavaScript compares strings: by UTF-16 code units. */
export const inCodeUnits = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();

/** Parts of a table whose rows are compared with none of another part: at a million cases each sorts in a tenth of a second. */
export const keyParts = Array.from({ length: 64 }, (_, part) => part);

/** The part of a key: equal keys are in one. */
export function partOf(key: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (keyParts.length - 1);
}

const rowsPerTurn = 2048;
const msPerTurn = 50;

/** The same items; timers and heartbeats get their turn between two of them, at the latest after 50 ms or 2,048 items. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  let [count, since] = [0, performance.now()];
  for (const item of items) {
    count += 1;
    if (count % rowsPerTurn === 0 || performance.now() - since > msPerTurn) {
      await nextTurn();
      since = performance.now();
    }
    yield item;
  }
}
