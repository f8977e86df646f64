/** What becomes of a request that an endpoint does not answer: which class of failure, in whose words, after how long. */
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import getPort from 'get-port';
import { describe, expect, it, vi } from 'vitest';
import { notReached } from '../../../activities/llm/identity.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { makeAuthority, makePair } from '../../support/certificates.ts';
import { type Answer, chatAnswer, chatError, startChatServer } from '../../support/chat-server.ts';
import { clientOf, secretKey as key, shortRequest as request } from '../../support/endpoints.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

const { signal } = new AbortController();
const { userMistake, unavailable, needsPerson } = failureTypes;
const soon = { 'retry-after': '0.01' };

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe('patience', () => {
  it('lasts as long as Retry-After says', async () => {
    const server = await startChatServer(chatError(429, 'slow down', { 'retry-after': '1' }), chatAnswer('done'));
    expect((await clientOf(server.baseUrl).complete(request, signal)).text).toBe('done');
    const [first, second] = server.requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('is Temporal’s where Retry-After is long', async () => {
    const server = await startChatServer(chatError(429, 'slow down', { 'retry-after': '600' }));
    const error = await thrownBy(clientOf(server.baseUrl).complete(request, signal));
    expect(error).toMatchObject({ type: unavailable, retryAfterMs: 600_000 });
    expect(server.requests).toHaveLength(1);
  });

  it('outlasts server errors and a connection that breaks', async () => {
    const broken = { body: '{"choi', broken: true, headers: { 'content-length': '500' } };
    const server = await startChatServer(chatError(500, '', soon), broken, chatAnswer('done'));
    expect((await clientOf(server.baseUrl).complete(request, signal)).text).toBe('done');
    expect(server.requests).toHaveLength(3);
  });

  it('ends at the time set for a reply, and says which setting it was', async () => {
    const server = await startChatServer({ ...chatAnswer('late'), afterMs: 3_000 });
    const error = await thrownBy(clientOf(server.baseUrl, { timeoutMs: 100 }).complete(request, signal));
    expect(error).toMatchObject({ type: unavailable, message: expect.stringContaining('DERMFLOW_LLM_TIMEOUT') });
    expect(server.requests).toHaveLength(1);
  });

  it('ends at once when cancelled', async () => {
    const server = await startChatServer(chatError(429, 'slow down', { 'retry-after': '50' }));
    const controller = new AbortController();
    const pending = clientOf(server.baseUrl).complete(request, controller.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(new Error('cancelled'));
    await expect(pending).rejects.toThrow('cancelled');
  });
});

describe('a failure of all requests', () => {
  const page = '<html><head><style>b{}</style></head><body><h1>Bad\nGateway</h1></body></html>';
  const inside = JSON.stringify({ error: { code: 503, message: 'Provider overloaded' } });
  const quota = { code: 'insufficient_quota', message: 'You exceeded your current quota.' };
  const failures: [what: string, answer: Answer, type: string, says: string, requests: number][] = [
    [
      '429',
      chatError(429, { message: `no, ${key}` }, soon),
      unavailable,
      '(HTTP 429); the run goes on when it recovers; it says: no, ***',
      2,
    ],
    [
      '500',
      chatError(500, 'no workers', soon),
      unavailable,
      'overloaded or failing (HTTP 500); the run goes on when it recovers; it says: no workers',
      2,
    ],
    ['502 of a proxy', { status: 502, headers: soon, body: page }, unavailable, 'it says: Bad Gateway', 2],
    ['overload inside a 200', { body: inside, headers: soon }, unavailable, 'it says: Provider overloaded', 2],
    ['an empty account', chatError(429, quota), needsPerson, 'it says: You exceeded your current quota.', 1],
    ['a debt', chatError(402, { message: 'Insufficient Balance' }), needsPerson, 'it says: Insufficient Balance', 1],
    [
      '401',
      chatError(401, { message: `Incorrect API key: ${key}` }),
      userMistake,
      'refused the key (HTTP 401); set DERMFLOW_LLM_API_KEY',
      1,
    ],
    ['403', chatError(403, 'Forbidden'), userMistake, 'refused the key (HTTP 403)', 1],
    [
      '404',
      chatError(404, { message: 'The model `qwen` does not exist' }),
      userMistake,
      'has no model "qwen" (HTTP 404); correct the recipe (llm.model, judge.model), the command (endpoint:MODEL, --judge) or DERMFLOW_LLM_MODEL, or DERMFLOW_LLM_BASE_URL; it says: The model `qwen`',
      1,
    ],
  ];
  it.each(failures)('is one line in the server’s words: %s', async (_, answer, type, says, requests) => {
    const server = await startChatServer(answer);
    const error = await thrownBy(clientOf(server.baseUrl, {}, 1).complete(request, signal));
    expect(error).toMatchObject({ type, message: expect.stringContaining(says) });
    expect(error).toMatchObject({ message: expect.stringContaining(server.baseUrl) });
    expect(String(error)).not.toMatch(/\n|secret|<h1>/);
    expect(server.requests).toHaveLength(requests);
  });

  it('to connect names the address, without the password in it', async () => {
    const address = `127.0.0.1:${await getPort({ host: '127.0.0.1' })}/v1`;
    const client = clientOf(`http://user:hunter2@${address}`, {}, 0);
    for (const error of [await thrownBy(client.complete(request, signal)), await thrownBy(client.identify(signal))]) {
      expect(error).toMatchObject({ type: unavailable });
      expect(String(error)).toContain(`LLM endpoint http://${address} does not answer (ECONNREFUSED)`);
    }
  });
});

describe('a connection', () => {
  it.each([
    ['of an authority of one’s own', {}],
    ['that has expired', { expired: true }],
  ])('behind a certificate %s is told with the remedy', async (_, more) => {
    const pair = await makePair('localhost', await makeAuthority('our authority'), more);
    const server = createServer(pair, (_, response) => void response.end(chatAnswer('done').body));
    const client = clientOf(`https://localhost:${await listenOnLoopback(server)}/v1`, {}, 0);
    for (const error of [await thrownBy(client.complete(request, signal)), await thrownBy(client.identify(signal))]) {
      const message = expect.stringMatching(/certificate that is not trusted .*NODE_EXTRA_CA_CERTS/);
      expect(error).toMatchObject({ type: userMistake, message });
    }
  });

  it.each(['\x15\x03\x01\x00\x02\x02F', 'starting', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n'])(
    'that does not speak HTTP is waited for: %j',
    async (said) => {
      const server = createPlainServer((_, response) => void response.socket?.end(said));
      const address = `http://127.0.0.1:${await listenOnLoopback(server)}/v1`;
      const error = await thrownBy(clientOf(address, {}, 0).complete(request, signal));
      expect(error).toMatchObject({ type: unavailable });
      expect(String(error)).toContain(
        `LLM endpoint ${address} does not answer (Response does not match the HTTP/1.1 protocol`,
      );
    },
  );

  it('through a proxy names its variable', () => {
    vi.stubEnv('https_proxy', 'http://proxy.example:3128');
    const refused = Object.assign(new Error('Proxy response (403)'), { code: 'UND_ERR_ABORTED' });
    const error = notReached(refused, { shown: 'https://llm.example/v1' }, 'DERMFLOW_LLM_');
    vi.unstubAllEnvs();
    expect(error).toMatchObject({ type: unavailable, message: expect.stringContaining('the proxy of HTTPS_PROXY') });
  });
});

describe('a failure of one request', () => {
  const filter = { code: 'content_filter', message: 'The response was filtered.' };
  const policy = JSON.stringify({ error: { message: 'blocked due to our content policy' } });
  const context = { code: 'context_length_exceeded', message: 'maximum context length is 4096' };
  const refusals: [what: string, answer: Answer, finish: string, words: string][] = [
    ['a filter', chatError(400, filter), 'filtered', 'HTTP 400: The response was filtered.'],
    ['a filter inside a 200', { body: policy }, 'filtered', 'HTTP 200: blocked'],
    ['413', { status: 413, body: 'Request Entity Too Large' }, 'too long', 'HTTP 413: Request Entity Too Large'],
    ['the context’s length', chatError(400, context), 'too long', 'maximum context length is 4096'],
    [
      'something unknown',
      { status: 422, body: '{"detail":[{"msg":"Not this one"}]}' },
      'refused',
      'HTTP 422: Not this one',
    ],
    ['no choices', { body: '{"choices":[]}' }, 'refused', 'the answer is not a chat completion'],
    ['no JSON', { body: '{"choi' }, 'refused', 'the answer is not a chat completion: {"choi'],
    ['a web page', { body: '<html><p>Loading</p></html>' }, 'refused', 'not a chat completion: Loading'],
  ];
  it.each(refusals)('leaves the others alone: %s', async (_, answer, finish, words) => {
    const server = await startChatServer(answer);
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toMatchObject({ text: '', finish, words: expect.stringContaining(words) });
    expect(server.requests).toHaveLength(1);
  });

  it('that each of five has is the settings’', async () => {
    const server = await startChatServer(chatError(400, { message: 'unknown field "foo"' }));
    const client = clientOf(server.baseUrl);
    for (let i = 0; i < 4; i++) expect((await client.complete(request, signal)).finish).toBe('refused');
    const error = await thrownBy(client.complete(request, signal));
    const message = expect.stringContaining('it says: unknown field "foo"');
    expect(error).toMatchObject({ type: userMistake, message });
  });
});
