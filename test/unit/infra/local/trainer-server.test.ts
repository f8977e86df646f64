import { expect, it } from 'vitest';
import { trainerServer } from '../../../../infra/local/trainer-server.ts';
import { readEnvironment } from '../../../../platform/env.ts';

const environment = readEnvironment({ DERMFLOW_HOME: '/data/home', DERMFLOW_TRAINER_PYTHON: '/python' });

it('forks trainers where the workers’ environment says so', () => {
  const server = trainerServer(environment, 'linux', () => false);
  expect(server?.service).toMatchObject({
    command: '/python',
    args: ['-m', 'dermflow_trainer', '--serve', '/data/home/trainers.sock', expect.stringMatching(/^\{"threads":1,/)],
    env: { PYTHONPATH: expect.stringMatching(/trainer$/) },
  });
  expect(environment.forksTrainers).toBe(false);
  expect(readEnvironment(server?.variables ?? {}).forksTrainers).toBe(true);
});

it.each([
  ['an NVIDIA driver', 'linux', '/dev/nvidiactl'],
  ['an AMD driver', 'linux', '/dev/kfd'],
  ['a GPU behind Windows', 'linux', '/dev/dxg'],
  ['another system than Linux', 'darwin', null],
] as const)('forks none beside %s', (_, platform, device) => {
  const exists = (path: string): boolean => path === device;
  expect(trainerServer(environment, platform, exists)).toBeNull();
});
