/** What the set-up's steps have in common. No dependencies: nothing is installed yet. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Exit code for something that is not there (domain/failures.ts). */
const unavailable = 3;

/** One line for a person, and the end. */
export function fail(message) {
  console.error(message);
  process.exit(unavailable);
}

const stampFile = (home, name) => resolve(home, 'setup', name);

export const readStamp = (home, name) => {
  const file = stampFile(home, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

export function writeStamp(home, name, digest) {
  const file = stampFile(home, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.partial`, digest);
  renameSync(`${file}.partial`, file);
}

/** Changes with the lockfiles, the platform and the Node or Python that installs. */
export function lockfileDigest(files) {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

export async function step(title, work) {
  const startedAt = Date.now();
  console.log(`installing ${title}`);
  try {
    await work();
  } catch (error) {
    fail(`${title} could not be installed: ${error.message}`);
  }
  console.log(`installed  ${title} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

/**
 * Runs a program to its end and returns its stdout. Its output goes to `log` too; on failure the error's message holds
 * the last line and the log's path.
 *
 * @param env the whole environment; this process's by default
 */
// biome-ignore lint/style/noProcessEnv: handed on whole to a child process
export function run(program, args, { log, env = process.env }) {
  if (log !== null) mkdirSync(dirname(log), { recursive: true });
  return new Promise((succeed, failed) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', all: '' };
    const keep = (name) => (chunk) => {
      output.all += chunk;
      if (name === 'stdout') output.stdout += chunk;
      if (log !== null) appendFileSync(log, chunk);
    };
    child.stdout.on('data', keep('stdout'));
    child.stderr.on('data', keep('stderr'));
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) return succeed(output.stdout);
      const last = output.all.trim().split('\n').at(-1) ?? '';
      failed(new Error(`${program} ended with ${code}: ${last}${log === null ? '' : ` (whole output: ${log})`}`));
    });
  });
}
