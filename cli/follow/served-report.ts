/** The pages of a report that `dermflow report` wrote into a folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { getMimeType } from 'hono/utils/mime';
import { artifactFiles } from '../../domain/artifact-files.ts';

const { page, report } = artifactFiles.report;

/** `report.html` at the root, `report.json` beside it; nothing else of the folder. */
export function reportPages(folder: string): Hono {
  const pages = new Hono();
  for (const [path, name] of [
    ['/', page.name],
    [`/${report.name}`, report.name],
  ] as const) {
    pages.get(path, async (context) =>
      context.body(await readFile(join(folder, name)), 200, {
        'Content-Type': getMimeType(name) ?? 'application/octet-stream',
      }),
    );
  }
  return pages;
}
