/** What a worker of each role loads, seen from a process that loads nothing else. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { workerRoles } from '../../../domain/names.ts';

const fileOf = (role: string): string => fileURLToPath(new URL(`../../../workers/roles/${role}.ts`, import.meta.url));

/** Addresses of all modules. */
async function loadedBy(role: string): Promise<string[]> {
  const program = `import { registerHooks } from 'node:module';
    const load = (url, context, next) => { console.log(url); return next(url, context); };
    registerHooks({ load });
    await import(${JSON.stringify(fileOf(role))});
    process.exit();`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program]);
  return stdout.split('\n');
}

const names = (packages: RegExp, modules: readonly string[]): string[] => modules.filter((url) => packages.test(url));

describe('a worker loads', () => {
  it.each(workerRoles)('as %s no client of language models unless it asks them', async (role) => {
    const modules = await loadedBy(role);
    expect(names(/\/workers\/roles\//, modules)).toHaveLength(1);
    const clients = names(/node_modules\/(?:@ai-sdk|ai)\//, modules);
    if (role === 'llm') expect(clients).not.toEqual([]);
    else expect(clients).toEqual([]);
  });
});
