/** An own DERMFLOW_HOME with the programs that set-up installed, so that a test's stack is alone with its data. */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../platform/env.ts';

export interface Home {
  path: string;
  /** Environment for processes that use it. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

export async function makeHome(): Promise<Home> {
  const installed = readEnvironment(process.env);
  const path = await mkdtemp(join(tmpdir(), 'dermflow-home-'));
  for (const name of ['tools', 'llm']) await symlink(join(installed.home, name), join(path, name));
  return {
    path,
    env: { DERMFLOW_HOME: path, DERMFLOW_TRAINER_PYTHON: installed.trainerPython, DERMFLOW_LOG_LEVEL: 'info' },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
