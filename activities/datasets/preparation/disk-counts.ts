/** How often options are right (domain/evaluation/text-only.ts), for any number of keys: they are counted by sorting. */
import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OfferCount, OfferCounts } from '../../../domain/evaluation/text-only.ts';
import { keyParts, openScratchDatabase } from '../../scratch-database.ts';

/** Keys that are counted in memory before they are written: many come again soon. */
const keptInMemory = 10_000;

interface DiskCounts extends OfferCounts, Disposable {
  /** Adds up what was counted: after the last `add`, before the first `get`. */
  sum(): Promise<void>;
}

export function createDiskCounts(): DiskCounts {
  const schema = keyParts.map((part) => `create table part_${part} (key blob, offered integer, right_ones integer)`);
  const database = openScratchDatabase(schema.join(';'));
  const inserts = keyParts.map((part) => database.prepare(`insert into part_${part} values (?, ?, ?)`));
  let selects: ReturnType<typeof database.prepare>[] = [];
  let recent = new Map<string, OfferCount>();
  // SHA-256 stands for a key as it does for a blob: keys are long, for they name all options of a question.
  const digest = (key: string): Uint8Array => hash('sha256', key, 'buffer');
  const partOf = (digest: Uint8Array): number => (digest[0] ?? 0) % keyParts.length;
  const flush = (): void => {
    for (const [key, { offered, right }] of recent) {
      const bytes = digest(key);
      inserts[partOf(bytes)]?.run(bytes, offered, right);
    }
    recent = new Map();
  };
  return {
    add: (key, right) => {
      const known = recent.get(key);
      if (known) {
        known.offered += 1;
        known.right += Number(right);
        return;
      }
      if (recent.size === keptInMemory) flush();
      recent.set(key, { offered: 1, right: Number(right) });
    },
    sum: async () => {
      flush();
      for (const part of keyParts) {
        database.exec(
          `create table sum_${part} (key blob primary key, offered integer, right_ones integer) without rowid;
           insert into sum_${part} select key, sum(offered), sum(right_ones) from part_${part} group by key order by key;
           drop table part_${part}`,
        );
        await nextTurn();
      }
      selects = keyParts.map((part) => database.prepare(`select offered, right_ones from sum_${part} where key = ?`));
    },
    get: (key) => {
      const bytes = digest(key);
      const row = selects[partOf(bytes)]?.get(bytes);
      return row ? { offered: Number(row.offered), right: Number(row.right_ones) } : { offered: 0, right: 0 };
    },
    [Symbol.dispose]: () => database.close(),
  };
}
