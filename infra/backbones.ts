/** `npm run backbones`: tries the trainer on tiny models of other architectures and writes the table of docs/training.md. */
import { resolve } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../platform/env.ts';
import { ownEnvironment } from '../platform/own-environment.ts';

const { exitCode } = await execa(
  ownEnvironment().trainerPython,
  [resolve(repositoryRoot, 'trainer/tests/backbone_table.py'), ...process.argv.slice(2)],
  {
    cwd: resolve(repositoryRoot, 'trainer'),
    env: { PYTHONPATH: resolve(repositoryRoot, 'trainer') },
    stdio: 'inherit',
    reject: false,
  },
);
process.exitCode = exitCode ?? 1;
