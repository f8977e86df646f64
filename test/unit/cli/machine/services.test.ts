import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { workerService } from '../../../../cli/machine/services.ts';
import { flatMemory } from '../../../../infra/node24.mjs';
import { readEnvironment } from '../../../../platform/env.ts';

const addresses = {
  ports: { temporal: 7233, ui: 8233, s3: Array.from({ length: 10 }, (_, i) => 8333 + i) },
  secrets: { accessKeyId: 'id', secretAccessKey: 'secret', jwt: ['', '', '', ''] },
  bucket: 'dermflow',
};

it('starts a worker with a memory that does not grow with its data', () => {
  const { args, env } = workerService('cpu', addresses, readEnvironment({}));
  expect(args.slice(0, -2)).toEqual(flatMemory.flags);
  expect(env).toMatchObject(flatMemory.env);
});

it('starts one of `npm run worker` alike', async () => {
  const { scripts } = JSON.parse(await readFile(new URL('../../../../package.json', import.meta.url), 'utf8'));
  const variables = Object.entries(flatMemory.env).map((entry) => entry.join('='));
  expect(scripts.worker).toBe([...variables, 'node', ...flatMemory.flags, 'workers/main.ts'].join(' '));
});
