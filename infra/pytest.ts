/** `npm run test:trainer`: the trainer's pytest by the environment's Python. */
import { resolve } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../platform/env.ts';
import { ownEnvironment } from '../platform/own-environment.ts';

const { exitCode } = await execa(ownEnvironment().trainerPython, ['-m', 'pytest', '-q', ...process.argv.slice(2)], {
  cwd: resolve(repositoryRoot, 'trainer'),
  stdio: 'inherit',
  reject: false,
});
process.exitCode = exitCode ?? 1;
