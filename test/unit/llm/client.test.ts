import { describe, expect, it } from 'vitest';
import { createLlmClient } from '../../../activities/llm/client.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { temporaryFolder } from '../../support/datasets.ts';

const noImages = () => Promise.reject(new Error('no images here'));

describe('createLlmClient', () => {
  it('takes the endpoint that the environment names', () => {
    const environment = readEnvironment({
      DERMFLOW_LLM_BASE_URL: 'http://localhost:9/v1',
      DERMFLOW_LLM_MODEL: 'qwen3',
    });
    expect(createLlmClient(environment, noImages).model).toBe('qwen3');
  });

  it('asks for a model where there is an endpoint', () => {
    const environment = readEnvironment({ DERMFLOW_LLM_BASE_URL: 'http://localhost:9/v1' });
    expect(() => createLlmClient(environment, noImages)).toThrow(
      expect.objectContaining({
        type: failureTypes.userMistake,
        message: expect.stringContaining('DERMFLOW_LLM_MODEL'),
      }),
    );
  });

  it('says how the embedded model is had where it is missing', async () => {
    const environment = readEnvironment({ DERMFLOW_HOME: await temporaryFolder() });
    expect(() => createLlmClient(environment, noImages)).toThrow(
      expect.objectContaining({ type: failureTypes.unavailable, message: expect.stringContaining('npm run setup') }),
    );
  });
});
