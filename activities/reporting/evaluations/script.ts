/** A page's own scripts as one: the modules of a folder, each after those that it uses, and the digest that allows it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const ownEntry = new URL('../client/main.js', import.meta.url);
const imports = /^import [^']*'(\.[^']+)';\n/gm;

/**
 * Modules whose imports are of files and by name, so that leaving out `import` and `export` joins them. Names are unique
 * over all of them: a name that stands twice is an error of the browser's, which its tests see.
 *
 * @param entry the module that is not imported by another; by default that of the page of evaluations
 */
export async function clientScript(entry: URL = ownEntry): Promise<string> {
  const texts = new Map<string, string>();
  const visit = async (module: URL): Promise<void> => {
    if (texts.has(module.href)) return;
    const text = await readFile(module, 'utf8');
    texts.set(module.href, ''); // a circle ends here
    for (const [, used = ''] of text.matchAll(imports)) await visit(new URL(used, module));
    texts.delete(module.href);
    texts.set(module.href, text.replaceAll(imports, '').replaceAll(/^export /gm, ''));
  };
  await visit(entry);
  return [...texts.values()].join('\n');
}

/** For `script-src`. */
export const scriptSource = (script: string): string =>
  `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
