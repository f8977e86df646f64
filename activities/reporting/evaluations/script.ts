/** The page's own scripts as one: the modules of `client/`, each after those that it uses, and the digest that allows it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const folder = new URL('../client/', import.meta.url);
const entry = 'main.js';
const imports = /^import [^']*'\.\/([^']+)';\n/gm;

/**
 * Modules whose imports are of this folder and by name, so that leaving out `import` and `export` joins them. Names are
 * unique over all of them: a name that stands twice is an error of the browser's, which its tests see.
 */
export async function clientScript(): Promise<string> {
  const texts = new Map<string, string>();
  const visit = async (name: string): Promise<void> => {
    if (texts.has(name)) return;
    const text = await readFile(new URL(name, folder), 'utf8');
    texts.set(name, ''); // a circle ends here
    for (const [, used = ''] of text.matchAll(imports)) await visit(used);
    texts.delete(name);
    texts.set(name, text.replaceAll(imports, '').replaceAll(/^export /gm, ''));
  };
  await visit(entry);
  return [...texts.values()].join('\n');
}

/** For `script-src`. */
export const scriptSource = (script: string): string =>
  `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
