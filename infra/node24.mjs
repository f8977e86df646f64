/**
 * `node infra/node24.mjs <file.ts> <args…>`: runs a TypeScript file under the Node that set-up installed, whatever Node
 * runs this one: a shell that installed it a moment ago still finds the old one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const runsTypeScript = Number(process.versions.node.split('.')[0]) >= 24;

/**
 * V8 lets garbage grow with the work, by 20 % from one thousand images to ten thousand; with this flag an import of any
 * size takes the same memory, a quarter less, in the same time. It counts at the start of a process only.
 */
export const smallHeap = '--optimize-for-size';

/** glibc gives each thread a heap of its own, in which freed memory stays; two for all take a tenth less memory. */
export const twoMallocArenas = { MALLOC_ARENA_MAX: '2' };

/** Does not return unless this Node runs TypeScript itself, with these flags. */
export async function runTypeScript(file, args, flags = [], env = {}) {
  if (runsTypeScript && flags.every((flag) => process.execArgv.includes(flag))) {
    process.argv.splice(1, Number.POSITIVE_INFINITY, file, ...args);
    await import(pathToFileURL(file).href);
  } else if (runsTypeScript || existsSync(ownNode)) {
    // The terminal signals the whole group: the child decides how it ends, this process follows it.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
    const node = runsTypeScript ? process.execPath : ownNode;
    const { status } = spawnSync(node, [...flags, file, ...args], {
      stdio: 'inherit',
      env: { ...env, ...process.env },
    });
    process.exit(status ?? 1);
  } else {
    console.error('Dermflow is not set up; run "npm start" or "npm run setup"');
    process.exit(3);
  }
}

const [, program, file, ...args] = process.argv;
if (file !== undefined && program !== undefined && resolve(program) === fileURLToPath(import.meta.url)) {
  await runTypeScript(resolve(file), args);
}
