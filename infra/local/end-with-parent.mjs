/**
 * `node end-with-parent.mjs <program> <args…>`: runs a program that knows nothing of its parent, and ends it when the
 * parent does. The parent holds this process's stdin; when that closes, for whatever reason, the program gets SIGTERM,
 * then SIGKILL.
 */
import { spawn } from 'node:child_process';

const graceMs = 5_000;
const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

const end = () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
};
process.stdin.on('end', end).on('error', end).resume();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end);
child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));
