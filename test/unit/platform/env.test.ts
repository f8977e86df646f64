import { homedir } from 'node:os';
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
    ['DERMFLOW_S3_ENDPOINT', 'localhost:9000'],
    ['DERMFLOW_VLLM_SERVER', 'localhost:8000'],
    ['DERMFLOW_LLM_BASE_URL', 'unix:/run/vllm.sock'],
    ['DERMFLOW_TRAINER_MAIN_ADDRESS', 'host:0'],
    ['DERMFLOW_TRAINER_MAIN_ADDRESS', 'host:99999'],
    ['DERMFLOW_VLLM_SLEEP', 'yes'],
    ['DERMFLOW_S3_BUCKET', 'runs/2026'],
    ['DERMFLOW_S3_BUCKET', 'our runs'],
    ['DERMFLOW_S3_REGION', 'eu.central'],
    ['TEMPORAL_TLS', 'TRUE'],
    ['DERMFLOW_TRAINER_LAUNCHER', "sh -c 'exec here'"],
    ['DERMFLOW_TRAINER_TRACKING', 'wandb,mlflow'],
    ['DERMFLOW_LLM_CONCURRENCY', '1e9'],
    ['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION', 'yes'],
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

  it.each([
    ['DERMFLOW_LLM_BASE_URL', 'user:secret@host/v1', '***@host/v1'],
    ['DERMFLOW_LLM_BASE_URL', 'host/v1?key=secret', 'host/v1?***'],
    ['DERMFLOW_VLLM_SERVER', 'ftp://user:secret@host/?key=secret', 'ftp://***@host/?***'],
  ])('shows no secret of %s=%s', (name, value, shown) => {
    const read = (): unknown => readEnvironment({ [name]: value });
    expect(read).toThrow(`environment: ${name} is "${shown}": expected an address like http://host:port`);
  });

  it.each([
    ['DERMFLOW_LLM_BASE_URL', 'sk-secret-0123456789abcdef', '***'],
    ['DERMFLOW_LLM_BODY', '{"api_key":"secret"', '{…}'],
  ])('shows nothing of %s=%s, which looks like a key', (name, value, shown) =>
    expect(() => readEnvironment({ [name]: value })).toThrow(`environment: ${name} is ${shown}: expected`),
  );

  it('names the field of a price, and a number as such', () => {
    const prices = { DERMFLOW_LLM_PRICES: '{"m":{"input":"cheap","output":1}}' };
    expect(() => readEnvironment(prices)).toThrow(
      /^environment: DERMFLOW_LLM_PRICES is \{…\}: m\.input: .*expected number/,
    );
    expect(() => readEnvironment({ DERMFLOW_GPU_SLOTS: 'two' })).toThrow('is "two": expected a number');
  });

  it('takes an empty variable for one that is not set, and blanks at its ends for none of it', () => {
    const names = [
      'HOME',
      'SCRATCH',
      'S3_ENDPOINT',
      'S3_BUCKET',
      'GPU_SLOTS',
      'VLLM_MEMORY_SHARE',
      'LOG_LEVEL',
      'S3_PORT',
    ];
    const others = ['LLM_PROVIDER', 'LLM_BASE_URL', 'LLM_BODY', 'VLLM_SLEEP', 'VLLM_MAX_LENGTH', 'TRAINER_PYTHON'];
    const all = ['TEMPORAL_ADDRESS', ...[...names, ...others].map((name) => `DERMFLOW_${name}`)];
    for (const blank of ['', ' ', '\r'])
      expect(readEnvironment(Object.fromEntries(all.map((name) => [name, blank])))).toEqual(readEnvironment({}));
    expect(readEnvironment({ DERMFLOW_S3_BUCKET: 'runs\r' }).s3.bucket).toBe('runs');
  });

  it.each(['MODEL', 'API_KEY'])('refuses DERMFLOW_LLM_%s of nobody', (what) => {
    const read = (more: Record<string, string>): unknown =>
      readEnvironment({ [`DERMFLOW_LLM_${what}`]: 'gpt', ...more });
    expect(() => read({})).toThrow(
      `environment: DERMFLOW_LLM_${what} is set, but the embedded language model is asked`,
    );
    expect(() => read({ DERMFLOW_LLM_PROVIDER: 'openai' })).not.toThrow();
  });

  it.each(['0.0015', '1.001'])('has whole milliseconds for %s seconds, which timers ask for', (seconds) =>
    expect(readEnvironment({ DERMFLOW_LLM_TIMEOUT: seconds }).llm.timeoutMs).toBe(Math.ceil(1_000 * Number(seconds))),
  );

  it('takes a key without the line break of its file, and tells none that is no key', () => {
    const keyOf = (key: string): string =>
      readEnvironment({ DERMFLOW_LLM_PROVIDER: 'openai', DERMFLOW_LLM_API_KEY: key }).llm.apiKey;
    expect([keyOf('sk-1\n'), keyOf(' sk-1\r\n'), keyOf('Token a')]).toEqual(['sk-1', 'sk-1', 'Token a']);
    for (const name of ['DERMFLOW_LLM_API_KEY', 'DERMFLOW_LLM_AZURE_API_KEY'])
      expect(() => readEnvironment({ [name]: '“sk-1”' })).toThrow(
        new RegExp(`^environment: ${name} is \\*{3}: .*ASCII`),
      );
  });

  it('takes the home folder for ~', () => {
    expect(readEnvironment({ DERMFLOW_HOME: '~/runs' }).home).toMatch(/^\/.*\/runs$/);
    const other = readEnvironment({ DERMFLOW_SCRATCH: '~/a', DERMFLOW_PLUGINS: '~/a', DERMFLOW_TRAINER_PYTHON: '~/a' });
    for (const path of [other.scratch, other.plugins, other.trainerPython]) expect(path).toBe(`${homedir()}/a`);
  });
});
