/** `npm run test:trainer`: the trainer's pytest by the environment's Python. */
import { resolve } from 'node:path';
import { execa } from 'execa';
import { readEnvironment, repositoryRoot } from '../platform/env.ts';

const { exitCode } = await execa(
  readEnvironment(process.env).trainerPython,
  ['-m', 'pytest', '-q', ...process.argv.slice(2)],
  { cwd: resolve(repositoryRoot, 'trainer'), stdio: 'inherit', reject: false },
);
process.exitCode = exitCode ?? 1;
