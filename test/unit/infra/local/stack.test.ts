import { describe, expect, it } from 'vitest';
import { atStack, stackEnvironment } from '../../../../infra/local/stack.ts';
import { readEnvironment } from '../../../../platform/env.ts';
import { lifelineVariable } from '../../../../platform/lifeline.ts';

const addresses = {
  ports: { temporal: 7001, ui: 7002, s3: [7003, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
  secrets: { accessKeyId: 'key', secretAccessKey: 'secret', jwt: ['a', 'b', 'c', 'd'] },
  bucket: 'runs',
};

describe('atStack', () => {
  it('is what a process reads that is started with the stack’s variables', () => {
    const own = { DERMFLOW_S3_BUCKET: 'mine', TEMPORAL_ADDRESS: 'elsewhere:7233', DERMFLOW_LOG_LEVEL: 'error' };
    const { s3, ...here } = atStack(readEnvironment(own), addresses);
    const { credentials, ...store } = s3;
    const started = readEnvironment({ ...own, ...stackEnvironment(addresses), [lifelineVariable]: '1' });
    expect({ ...here, lifeline: true, s3: store }).toEqual(started);
    expect(credentials).toEqual({ accessKeyId: 'key', secretAccessKey: 'secret' });
  });
});

describe('the ports of local services', () => {
  it('are read with the rest of the environment', () => {
    expect(readEnvironment({ DERMFLOW_UI_PORT: '8233', DERMFLOW_S3_PORT: '' }).ports).toEqual({ ui: 8233 });
    expect(() => readEnvironment({ DERMFLOW_UI_PORT: '70000' })).toThrow('environment: DERMFLOW_UI_PORT is "70000": ');
  });
});
