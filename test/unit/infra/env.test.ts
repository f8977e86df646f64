import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../infra/env.ts';

describe('readEnvironment', () => {
  it('has a default for everything', () => {
    const environment = readEnvironment({});
    expect(environment.s3).toEqual({ endpoint: undefined, region: 'us-east-1', bucket: 'dermflow' });
    expect(environment.scratch).toBe(`${environment.home}/scratch`);
    expect(environment.gpuSlots).toBe(1);
  });

  it.each([
    ['DERMFLOW_GPU_SLOTS', '0'],
    ['DERMFLOW_GPU_SLOTS', 'two'],
    ['DERMFLOW_S3_ENDPOINT', 'localhost'],
    ['DERMFLOW_LLM_BASE_URL', 'nowhere'],
    ['DERMFLOW_LOG_LEVEL', 'loud'],
    ['DERMFLOW_REWARD_TIMEOUT', '0'],
    ['DERMFLOW_REWARD_TIMEOUT', '501'],
  ])('names %s=%s in one line', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^environment: ${name} is "${value}": .+$`));
  });

  it('takes the home folder for ~', () => {
    expect(readEnvironment({ DERMFLOW_HOME: '~/runs' }).home).toMatch(/^\/.*\/runs$/);
  });
});
