import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { digestOfCode } from '../../../platform/code-digest.ts';
import { repositoryRoot } from '../../../platform/env.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dermflow-code-'));
  for (const part of ['workflows', 'domain/evaluation', 'trainer/dermflow_trainer', 'package-lock.json']) {
    await cp(join(repositoryRoot, part), join(root, part), { recursive: true });
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

it.each([
  ['a line of a workflow', 'workflows/skin-r1.ts'],
  ['a line of the trainer', 'trainer/dermflow_trainer/sft.py'],
  ['a locked version', 'package-lock.json'],
  ['a new file', 'domain/evaluation/new.ts'],
])('changes with %s', async (_, file) => {
  const before = await digestOfCode(root);
  expect(await digestOfCode(root)).toBe(before);
  await writeFile(join(root, file), '// changed\n');
  expect(await digestOfCode(root)).not.toBe(before);
});

it('does not change with what running the code leaves behind', async () => {
  const before = await digestOfCode(root);
  await mkdir(join(root, 'trainer/dermflow_trainer/__pycache__'), { recursive: true });
  await writeFile(join(root, 'trainer/dermflow_trainer/__pycache__/sft.cpython-312.pyc'), 'x');
  expect(await digestOfCode(root)).toBe(before);
});
