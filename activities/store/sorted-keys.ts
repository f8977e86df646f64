/** Keys of any number of objects in their order, which lie on this machine's disk meanwhile. */
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { openScratchDatabase } from '../scratch-database.ts';

/** Of the plain objects below a prefix, each once, by their UTF-8 bytes. */
export async function* sortedKeys(
  store: Pick<ArtifactStore, 'eachObjectKey'>,
  prefix: string,
  order: 'ascending' | 'descending' = 'ascending',
): AsyncGenerator<string> {
  const listed = openScratchDatabase('create table listed (key text primary key) without rowid');
  try {
    const insert = listed.prepare('insert or ignore into listed values (?)');
    await store.eachObjectKey(prefix, (key) => void insert.run(key));
    const rows = listed.prepare(`select key from listed order by key ${order === 'ascending' ? 'asc' : 'desc'}`);
    for (const { key } of rows.iterate()) yield String(key);
  } finally {
    listed.close();
  }
}
