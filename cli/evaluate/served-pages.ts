/** The pages that `dermflow evaluate report` wrote into a folder, for a browser. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { getMimeType } from 'hono/utils/mime';
import type { WrittenPages } from './write-pages.ts';

const numbers = ['evaluation.json', 'evaluation.csv', 'evaluation.md'];

/** The index at the root, the other pages and the numbers under their names; nothing else of the folder. */
export function servedFiles(folder: string, [index, ...pages]: WrittenPages): Hono {
  const served = new Hono();
  for (const [path, name] of [
    ['/', index],
    ...[index, ...pages, ...numbers].map((file) => [`/${file}`, file] as const),
  ] as const) {
    served.get(path, async (context) =>
      context.body(await readFile(join(folder, name)), 200, {
        'Content-Type': getMimeType(name) ?? 'application/octet-stream',
      }),
    );
  }
  return served;
}
