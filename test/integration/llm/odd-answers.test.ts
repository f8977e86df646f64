/** Answers in forms that nobody asked for: what was paid for is read. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import {
  type Answer,
  chatAnswer,
  chatCompletion,
  chatError,
  chatStream,
  serveChat,
  startChatServer,
} from '../../support/chat-server.ts';
import { clientOf, rejected, shortRequest as request, secretKey } from '../../support/endpoints.ts';

const { signal } = new AbortController();
const text = 'The border is irregular, and the colours are several.';
const streamed: Partial<LlmSettings> = { stream: 'always' };
const asEvents = { 'content-type': 'text/event-stream' };
const whole = { text, finish: 'stop' };
const cutOff = { finish: null, end: null };
const inParts = [
  { type: 'reasoning', text: 'The user wants two sentences. ' },
  { type: 'text', text },
];
const tooShort = { broken: true, headers: { 'content-length': '9999' } };
const { unavailable } = failureTypes;

/** An answer with something before or after its events. */
const events = (change: (body: string) => string, answer = chatStream(text)): Answer => ({
  ...answer,
  body: change(String(answer.body)),
});
const messageError = (message: string): string => `data: ${JSON.stringify({ error: { message } })}\n\n`;
const cutAt = (body: string): string => body.slice(0, body.indexOf('\n\n', body.length / 2) + 2);

describe('a paid reply', () => {
  it.each([-1, 2 ** 64 - 1, 1e308])('of %d tokens has none told', async (tokens) => {
    const usage = { prompt_tokens: tokens, completion_tokens: tokens };
    const server = await startChatServer(chatCompletion({ content: text }, { usage }));
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toMatchObject({ text, inputTokens: null, outputTokens: null });
  });

  const replies: [what: string, answer: Answer, expected: object, more?: Partial<LlmSettings>][] = [
    ['streamed unasked', chatStream(text), whole],
    ['streamed unasked, under another type', events((body) => body, { ...chatStream(text), headers: {} }), whole],
    ['at once where a stream was asked', chatAnswer(text), whole, streamed],
    ['streamed, without a finish reason, to its end', chatStream(text, { finish: null }), whole, streamed],
    ['streamed, broken off', chatStream(text, { finish: null, end: null }), { text, finish: 'length' }, streamed],
    ['streamed, without [DONE]', chatStream(text, { end: null }), whole, streamed],
    [
      'streamed, between comments',
      events((body) => `: PROCESSING\n\n${body.replaceAll('\n\n', '\n\n: wait\n\n')}`),
      whole,
      streamed,
    ],
    [
      'streamed, with half a usage',
      chatStream(text, { usage: { prompt_tokens: 4 } }),
      { ...whole, inputTokens: 4, outputTokens: null },
      streamed,
    ],
    [
      'streamed, each piece in another dialect',
      chatStream(text, { rest: { created: 'now' } }),
      { ...whole, inputTokens: 7 },
      streamed,
    ],
    [
      'streamed, with a fingerprint',
      chatStream(text, { rest: { system_fingerprint: 'fp_1', model: 'served' } }),
      { ...whole, systemFingerprint: 'fp_1', servedModel: 'served' },
      streamed,
    ],
    [
      'streamed, then an error',
      events((body) => `${cutAt(body)}${messageError(`out of memory, ${secretKey}`)}data: [DONE]\n\n`),
      { finish: 'length', words: 'out of memory, ***' },
      streamed,
    ],
    [
      'streamed, an error after its end',
      events((body) => body.replace('data: [DONE]', `${messageError('no billing')}data: [DONE]`)),
      whole,
      streamed,
    ],
    [
      'streamed, the connection broken after its end',
      { ...chatStream(text, { usage: false, end: null }), broken: true },
      whole,
      streamed,
    ],
    [
      'streamed, "" as the reason of each piece, broken off',
      events((body) => body.replaceAll('"finish_reason":null', '"finish_reason":""'), chatStream(text, cutOff)),
      { text, finish: 'length' },
      streamed,
    ],
    [
      'streamed, "null" as the reason of each piece, broken off',
      events((body) => body.replaceAll('"finish_reason":null', '"finish_reason":"null"'), chatStream(text, cutOff)),
      { text, finish: 'length' },
      streamed,
    ],
    [
      'streamed, after signs of life',
      events((body) => `data: {"type":"ping"}\n\ndata: {}\n\n${body}`),
      whole,
      streamed,
    ],
    ['in parts, its thinking as a text', chatCompletion({ content: inParts }), { ...whole, words: null }],
    [
      'in parts, its thinking as a text, of DeepSeek',
      chatCompletion({ content: inParts }),
      whole,
      { provider: 'deepseek' },
    ],
    ['in parts of another name', chatCompletion({ content: [{ type: 'output_text', text }] }), whole],
    ['whole, although its length promises more', { ...chatAnswer(text), ...tooShort }, whole],
    [
      'packed by deflate, without its header',
      { body: deflateRawSync(String(chatAnswer(text).body)), headers: { 'content-encoding': 'deflate' } },
      whole,
    ],
    ...Object.entries({
      guardrail_intervened: 'filtered',
      ERROR_TOXIC: 'filtered',
      ERROR_LIMIT: 'length',
      failed: 'refused',
    }).map(([reason, finish]): [string, Answer, object] => [
      `ended by ${reason}`,
      chatCompletion({ content: 'The' }, {}, { finish_reason: reason }),
      { finish },
    ]),
    ['called packed, and plain', { ...chatAnswer(text), headers: { 'content-encoding': 'gzip' } }, whole],
    [
      'packed by zstd',
      { body: zstdCompressSync(String(chatAnswer(text).body)), headers: { 'content-encoding': 'zstd' } },
      whole,
    ],
    [
      'streamed, called packed, and plain',
      { ...chatStream(text), headers: { ...asEvents, 'content-encoding': 'gzip' } },
      whole,
      streamed,
    ],
    [
      'streamed, packed twice',
      {
        body: gzipSync(gzipSync(String(chatStream(text).body))),
        headers: { ...asEvents, 'content-encoding': 'gzip, gzip' },
      },
      whole,
      streamed,
    ],
    [
      'packed twice',
      { body: gzipSync(deflateSync(String(chatAnswer(text).body))), headers: { 'content-encoding': 'deflate, gzip' } },
      whole,
    ],
    ['packed, and not called so', { body: gzipSync(String(chatAnswer(text).body)) }, whole],
    ['behind blank lines', { body: `\n\n\n${String(chatAnswer(text).body)}` }, whole],
    ['behind a byte order mark', { body: `\uFEFF${String(chatAnswer(text).body)}` }, whole],
    [
      'with a usage below zero',
      chatCompletion({ content: text }, { usage: { prompt_tokens: -1, completion_tokens: 2.5, total_tokens: 1 } }),
      { ...whole, inputTokens: null, outputTokens: 3 },
    ],
    [
      'as a call of a tool',
      chatCompletion(
        { content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        {},
        { finish_reason: 'tool_calls' },
      ),
      { text: '', finish: 'stop' },
    ],
    [
      'ended by a time limit',
      chatCompletion({ content: 'The' }, {}, { finish_reason: 'timeout' }),
      { finish: 'length' },
    ],
  ];
  it.each(replies)('%s is read, and bought once', async (_, answer, expected, more = {}) => {
    const server = await startChatServer(answer);
    expect(await clientOf(server.baseUrl, more).complete(request, signal)).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a packed reply that ends too early', () => {
  const long = `${text} ${Array.from({ length: 400 }, (_, i) => (i * 7919) % 1009).join(' ')}`;
  it.each([
    ['gzip', gzipSync, text],
    ['deflate', deflateSync, text],
    ['deflate', deflateRawSync, text],
    ['br', brotliCompressSync, text],
    // All of it is one block, of which nothing can be unpacked.
    ['zstd', zstdCompressSync, ''],
  ] as const)('by %s is kept as far as it came', async (packing, pack, begin) => {
    const body = pack(String(chatStream(long).body));
    const headers = { ...asEvents, 'content-encoding': packing };
    const server = await startChatServer({ headers, body: body.subarray(0, body.length / 2) });
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply.finish).toBe('length');
    expect(long.startsWith(reply.text) && reply.text.startsWith(begin)).toBe(true);
  });

  it('behind its last character is whole', async () => {
    const body = gzipSync(String(chatAnswer(text).body)).subarray(0, -8);
    const server = await startChatServer({ body, headers: { 'content-encoding': 'gzip' } });
    expect(await clientOf(server.baseUrl).complete(request, signal)).toMatchObject(whole);
  });
});

describe('an error', () => {
  it('that is packed is told in its words', async () => {
    const body = gzipSync(JSON.stringify({ error: { message: 'no such field "foo"' } }));
    const server = await startChatServer({ status: 400, body, headers: { 'content-encoding': 'gzip' } });
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toMatchObject({ finish: 'refused', words: 'HTTP 400: no such field "foo"' });
  });

  it.each<[string, string, string]>([
    [
      'MiniMax',
      JSON.stringify({ base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }),
      failureTypes.needsPerson,
    ],
    ['Tencent', JSON.stringify({ Response: { Error: { Code: 'Busy', Message: 'server overloaded' } } }), unavailable],
    ['a stream', messageError('the engine is overloaded'), unavailable],
    ['a stream, of another shape', 'event: error\ndata: {"message":"overloaded, try later"}\n\n', unavailable],
  ])('inside a 200 is of its kind: %s', async (_, body, type) => {
    const server = await startChatServer({ body, headers: /^(?:data|event)/.test(body) ? asEvents : {} });
    const error = await rejected(clientOf(server.baseUrl, {}, 0).complete(request, signal));
    expect(error).toMatchObject({ type });
    expect(String(error)).toMatch(
      /it says: (?:insufficient balance|server overloaded|the engine is|overloaded, try later)/,
    );
  });

  it.each([
    ['the key', '', '', `Bearer ${secretKey}`],
    ['a name and password, as a header', 'user:pass%20word@', '', `Basic ${btoa('user:pass word')}`],
    ['a password', 'user:pass%20word@', '', 'pass word or pass%20word'],
    ['a token in place of a name', 'token-of-mine@', '', 'token-of-mine'],
    ['a key of the query', '', '?api-key=of%20mine', '/v1?api-key=of%20mine, of mine'],
  ])('that says %s is told without', async (_, user, query, said) => {
    const server = await startChatServer(chatError(400, `what is ${said}?`));
    const address = `${server.baseUrl.replace('://', `://${user}`)}${query}`;
    const { words } = await clientOf(address, {}, 0).complete(request, signal);
    expect(words).toMatch(/^HTTP 400: what is .*\*{3}/);
    expect(words).not.toMatch(/secret|pass|token-of|of.{1,3}mine|dXNlcj/);
  });

  it('that says a key among the fields of the request is told without', async () => {
    const server = await startChatServer(chatError(400, 'no key of-mine'));
    const body = { extra: { api_key: 'of-mine' } };
    expect((await clientOf(server.baseUrl, { body }).complete(request, signal)).words).toBe('HTTP 400: no key ***');
  });

  it('that is long, and breaks off a stream, does not show the begin of a key', async () => {
    const long = `${'x'.repeat(290)} ${secretKey}`;
    const server = await startChatServer(events((body) => `${cutAt(body)}${messageError(long)}`));
    const { finish, words } = await clientOf(server.baseUrl).complete(request, signal);
    expect({ finish, words }).toEqual({ finish: 'length', words: `${'x'.repeat(290)} ***` });
  });

  it('in a part of the content is a refusal in its words', async () => {
    const server = await startChatServer(chatCompletion({ content: [{ type: 'refusal', refusal: 'I will not.' }] }));
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toMatchObject({ text: '', finish: 'refused', words: 'I will not.' });
  });

  it('in pieces of a stream is a refusal in its words', async () => {
    const pieces = ['I will ', 'not.'].map(
      (refusal) => `data: ${JSON.stringify({ choices: [{ delta: { refusal } }] })}\n\n`,
    );
    const server = await startChatServer(events((body) => `${pieces.join('')}${body}`, chatStream('')));
    const reply = await clientOf(server.baseUrl, streamed).complete(request, signal);
    expect(reply).toMatchObject({ text: '', finish: 'refused', words: 'I will not.' });
  });

  it('of the provider behind a gateway is told in its words', async () => {
    const error = { code: 502, message: 'Provider returned error' };
    const server = await startChatServer(chatCompletion({ content: '' }, {}, { finish_reason: 'error', error }));
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toMatchObject({ finish: 'refused', words: 'Provider returned error' });
  });

  it.each([529, 520, 599])('%i is waited for', async (status) => {
    const server = await startChatServer({ status, body: '' });
    const error = await rejected(clientOf(server.baseUrl, {}, 0).complete(request, signal));
    expect(error).toMatchObject({ type: unavailable });
  });
});

describe('Retry-After', () => {
  const refusedWith = async (headers: Record<string, string>): Promise<unknown> => {
    const server = await startChatServer(chatError(429, 'slow down', headers));
    return rejected(clientOf(server.baseUrl, {}, 0).complete(request, signal));
  };
  const date = (ms: number): string => new Date(ms).toUTCString();

  it('as a date is read by the server’s clock', async () => {
    const there = Date.now() - 7_200_000;
    const error = await refusedWith({ date: date(there), 'retry-after': date(there + 90_000) });
    expect(error).toMatchObject({ type: unavailable, retryAfterMs: 90_000 });
  });

  it.each(['0', '-5', 'soon', '1, 1', date(0)])('%j is no reason to ask again without a pause', async (value) => {
    expect(await refusedWith({ 'retry-after': value })).toMatchObject({ type: unavailable, retryAfterMs: null });
  });

  it('as seconds since 1970 is a date', async () => {
    const there = 1_000 * Math.floor(Date.now() / 1_000) - 7_200_000;
    const value = String(there / 1_000 + 90);
    expect(await refusedWith({ date: date(there), 'retry-after': value })).toMatchObject({ retryAfterMs: 90_000 });
  });

  it('without a zone is a date of Greenwich', async () => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    onTestFinished(() => void vi.unstubAllEnvs());
    // As C writes it: Sun Nov 06 08:49:37 1994.
    const inC = date(90_000).replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1 $3 $2 $5 $4');
    expect(await refusedWith({ date: date(0), 'retry-after': inC })).toMatchObject({ retryAfterMs: 90_000 });
  });

  it.each(['999999', '9'.repeat(400), date(9e12)])('of %j is a day', async (value) => {
    expect(await refusedWith({ 'retry-after': value })).toMatchObject({ retryAfterMs: 86_400_000 });
  });

  it('of 0 has pauses that grow', async () => {
    const busy = chatError(429, 'slow down', { 'retry-after': '0' });
    const server = await startChatServer(busy, busy, chatAnswer(text));
    await clientOf(server.baseUrl).complete(request, signal);
    const [first, second, third] = server.requests.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(490);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(990);
  });
});

it('a list of models that breaks off tells of no other weights', async () => {
  const server = await serveChat(() => chatAnswer(text), { body: '{"data":[', ...tooShort });
  expect(await rejected(clientOf(server.baseUrl).identify(signal))).toMatchObject({ type: unavailable });
});

it.each(['user:50%off', ':token'])('credentials %s of an address are sent as they are', async (credentials) => {
  const server = await startChatServer(chatAnswer(text));
  await clientOf(server.baseUrl.replace('//', `//${credentials}@`)).complete(request, signal);
  expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa(credentials)}`);
});
