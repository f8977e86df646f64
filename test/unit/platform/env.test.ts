import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../platform/env.ts';

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
    ['DERMFLOW_LLM_PROVIDER', 'llama'],
    ['DERMFLOW_LLM_BODY', 'thinking=no'],
    ['DERMFLOW_LLM_BODY', '3'],
    ['DERMFLOW_LLM_TIMEOUT', '0'],
    ['DERMFLOW_LLM_STRUCTURED', 'maybe'],
    ['DERMFLOW_LOG_LEVEL', 'loud'],
    ['DERMFLOW_REWARD_TIMEOUT', '0'],
    ['DERMFLOW_REWARD_TIMEOUT', '501'],
  ])('names %s=%s in one line', (name, value) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(new RegExp(`^environment: ${name} is "${value}": .+$`));
  });

  it('asks the embedded model, an endpoint where there is one, or who is named', () => {
    const providerOf = (variables: Record<string, string>) => readEnvironment(variables).llm.provider;
    const DERMFLOW_LLM_BASE_URL = 'http://localhost:9/v1';
    expect(providerOf({})).toBe('embedded');
    expect(providerOf({ DERMFLOW_LLM_BASE_URL })).toBe('openai-compatible');
    expect(providerOf({ DERMFLOW_LLM_BASE_URL, DERMFLOW_LLM_PROVIDER: 'azure' })).toBe('azure');
    expect(providerOf({ DERMFLOW_LLM_PROVIDER: 'mistral' })).toBe('mistral');
  });

  it('reads fields and prices as JSON, seconds as milliseconds', () => {
    const { body, prices, timeoutMs } = readEnvironment({
      DERMFLOW_LLM_BODY: '{"chat_template_kwargs":{"enable_thinking":false}}',
      DERMFLOW_LLM_PRICES: '{"m":{"input":0.15,"output":0.6}}',
      DERMFLOW_LLM_TIMEOUT: '90',
    }).llm;
    expect(body).toEqual({ chat_template_kwargs: { enable_thinking: false } });
    expect(prices).toEqual({ m: { input: 0.15, output: 0.6 } });
    expect(timeoutMs).toBe(90_000);
  });

  it.each(['http://id:secret@host:9000', 'https://secret@host'])(
    'refuses credentials in %s, and does not show them',
    (address) => {
      const read = (): unknown => readEnvironment({ DERMFLOW_S3_ENDPOINT: address });
      expect(read).toThrow(/^environment: DERMFLOW_S3_ENDPOINT is "https?:\/\/\*{3}@host.*AWS_ACCESS_KEY_ID/);
      expect(read).not.toThrow(/secret/);
    },
  );

  it('takes a key without the line break of its file, and tells none that is no key', () => {
    const keyOf = (key: string): string => readEnvironment({ DERMFLOW_LLM_API_KEY: key }).llm.apiKey;
    expect([keyOf('sk-1\n'), keyOf(' sk-1\r\n'), keyOf('Token a')]).toEqual(['sk-1', 'sk-1', 'Token a']);
    for (const name of ['DERMFLOW_LLM_API_KEY', 'DERMFLOW_LLM_AZURE_API_KEY'])
      expect(() => readEnvironment({ [name]: '“sk-1”' })).toThrow(
        new RegExp(`^environment: ${name} is \\*{3}: .*ASCII`),
      );
  });

  it('takes the home folder for ~', () => {
    expect(readEnvironment({ DERMFLOW_HOME: '~/runs' }).home).toMatch(/^\/.*\/runs$/);
  });
});
