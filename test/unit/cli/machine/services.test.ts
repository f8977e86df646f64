import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { afterEach, expect, it, vi } from 'vitest';
import { keepFreedMemory, trainerVariables } from '../../../../activities/trainer/trainer-process.ts';
import { workerService } from '../../../../cli/machine/services.ts';
import { workerRoles } from '../../../../domain/names.ts';
import { flatMemory } from '../../../../infra/node24.mjs';
import { readEnvironment } from '../../../../platform/env.ts';

const stack = {
  ports: { temporal: 1, ui: 2, s3: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
  secrets: { accessKeyId: 'id', secretAccessKey: 'key', jwt: [] },
  bucket: 'dermflow',
};
const allocator = /^MALLOC_/;

afterEach(() => vi.unstubAllEnvs());

it.each(workerRoles)('a %s worker of a local stack gives freed memory back; its trainers keep theirs', async (role) => {
  const { env = {} } = workerService(role, stack, readEnvironment({}));
  const own = Object.entries(env).filter(([name]) => allocator.test(name));
  expect(Object.fromEntries(own)).toEqual({
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '1048576',
    MALLOC_TRIM_THRESHOLD_: '4194304',
  });
  for (const [name, value] of own) vi.stubEnv(name, value);
  const { stdout } = await execa(process.execPath, ['-p', 'JSON.stringify(process.env)'], { env: trainerVariables });
  const inherited = Object.entries(JSON.parse(stdout)).filter(([name]) => allocator.test(name));
  expect(Object.fromEntries(inherited)).toEqual(keepFreedMemory);
});

it('starts a worker with a memory that does not grow with its data', () => {
  const { args } = workerService('cpu', stack, readEnvironment({}));
  expect(args.slice(0, -2)).toEqual(flatMemory.flags);
});

it('starts one of `npm run worker` alike', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('../../../../package.json', import.meta.url), 'utf8'));
  const variables = Object.entries(flatMemory.env).map((entry) => entry.join('='));
  expect(scripts.worker).toBe([...variables, 'node', ...flatMemory.flags, 'workers/main.ts'].join(' '));
});
