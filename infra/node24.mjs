/**
 * `node infra/node24.mjs <file.ts> <args…>`: runs a TypeScript file under the Node that set-up installed, whatever Node
 * runs this one: a shell that installed it a moment ago still finds the old one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
const runsTypeScript = Number(process.versions.node.split('.')[0]) >= 24;

/**
 * How a process starts whose memory is not to grow with its data: a worker, the import. It counts at the start only.
 *
 * V8 collects young garbage late where much is allocated: `--optimize-for-size` holds it to a megabyte, at the same
 * speed. But Node 24 lets it grow without bound while old garbage is marked, to 28 MiB where the processor is busy;
 * `--no-separate-gc-phases` collects it meanwhile, as Node 20 does. glibc gives each thread a heap of its own, in which
 * freed memory stays; two for all take a tenth less.
 */
export const flatMemory = {
  flags: ['--optimize-for-size', '--no-separate-gc-phases'],
  env: { MALLOC_ARENA_MAX: '2' },
};

/**
 * For a worker that waits most of the time beside others on one machine. By default glibc raises both limits with what
 * is freed, to 32 and 64 MiB, and keeps up to that much at the end of every heap: after eight evaluations 173 of
 * the 220 MiB that a worker had of it were free. Costs a thirtieth of an evaluation's processor time.
 */
export const leanMalloc = {
  ...flatMemory.env,
  MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 22),
};

/** Does not return unless this Node runs TypeScript itself, with these flags. */
export async function runTypeScript(file, args, flags = [], env = {}) {
  if (runsTypeScript && flags.every((flag) => process.execArgv.includes(flag))) {
    process.argv.splice(1, Number.POSITIVE_INFINITY, file, ...args);
    await import(pathToFileURL(file).href);
  } else if (runsTypeScript || existsSync(ownNode)) {
    const node = runsTypeScript ? process.execPath : ownNode;
    // biome-ignore lint/style/noProcessEnv: handed on whole to a child process
    const child = spawn(node, [...flags, file, ...args], { stdio: 'inherit', env: { ...env, ...process.env } });
    // A terminal signals the whole group, an init system or `kill` this process alone. The child decides how it ends.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    const [status, signal] = await once(child, 'exit');
    process.exit(status ?? 128 + constants.signals[signal]);
  } else {
    console.error('Dermflow is not set up; run "npm start" or "npm run setup"');
    process.exit(3);
  }
}

const [, program, file, ...args] = process.argv;
if (file !== undefined && program !== undefined && resolve(program) === fileURLToPath(import.meta.url)) {
  await runTypeScript(resolve(file), args);
}
