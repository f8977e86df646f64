/** One request to an endpoint of each kind: what is sent, and what is read. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { type Answer, chatAnswer, chatCompletion, chatStream, startChatServer } from '../../support/chat-server.ts';
import { clientOf, shortRequest as request, secretKey } from '../../support/endpoints.ts';

const { signal } = new AbortController();
const text = 'The border is irregular.';

describe('a request', () => {
  it('is made as the protocol wants; text, tokens and model are read', async () => {
    const served = { model: 'qwen-7b-0801', system_fingerprint: 'fp_1' };
    const server = await startChatServer(chatCompletion({ content: ' It is a nevus. ' }, served));
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toEqual({
      ...{ text: 'It is a nevus.', finish: 'stop', thought: 0, thinking: 'none', inputTokens: 7, outputTokens: 3 },
      ...{ servedModel: 'qwen-7b-0801', systemFingerprint: 'fp_1', words: null },
    });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${secretKey}`);
    expect(server.requests[0]?.body).toEqual({
      model: 'qwen',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Compare.' },
      ],
      ...{ max_tokens: 50, temperature: 0.2, seed: 3 },
    });
  });

  it('asks for JSON by schema where one is given', async () => {
    const server = await startChatServer(chatAnswer('{}'));
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    await clientOf(server.baseUrl).complete({ ...request, jsonSchema: schema }, signal);
    expect(server.requests[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'reply', strict: true, schema },
    });
  });

  it('has the user’s own fields, the query of the address and room to think', async () => {
    const server = await startChatServer(chatAnswer(text));
    const body = { enable_thinking: false, chat_template_kwargs: { enable_thinking: false }, temperature: 1 };
    const baseUrl = `${server.baseUrl}?api-version=2024-10-21`;
    await clientOf(baseUrl, { body, thinkingTokens: 1000 }).complete(request, signal);
    expect(server.requests[0]?.body).toMatchObject({ ...body, max_tokens: 1050 });
    expect(server.requests[0]?.url.href).toContain('/v1/chat/completions?api-version=2024-10-21');
  });

  it('sends credentials that stand in the address as a header', async () => {
    const server = await startChatServer(chatAnswer(text));
    await clientOf(server.baseUrl.replace('//', '//user:hunter2@')).complete(request, signal);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:hunter2')}`);
  });

  it.each(['/v1/', '/v1/chat/completions'])('finds the method behind an address that ends in %s', async (end) => {
    const server = await startChatServer(chatAnswer(text));
    await clientOf(server.baseUrl.replace('/v1', end)).complete(request, signal);
    expect(server.requests[0]?.url.pathname).toBe('/v1/chat/completions');
  });
});

describe('an answer', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('that is compressed by %s unasked is read', async (encoding, compress) => {
    const { body } = chatAnswer(text);
    const server = await startChatServer({ body: compress(body), headers: { 'content-encoding': encoding } });
    expect((await clientOf(server.baseUrl).complete(request, signal)).text).toBe(text);
  });

  it('is followed where a gateway sends the request on, with its body', async () => {
    const behind = await startChatServer(chatAnswer(text));
    const location = `${behind.baseUrl}/chat/completions`;
    const gateway = await startChatServer({ status: 307, headers: { location }, body: '' });
    expect((await clientOf(gateway.baseUrl).complete(request, signal)).text).toBe(text);
    expect(behind.requests[0]?.body.model).toBe('qwen');
  });
});

describe('a provider', () => {
  const sent: [provider: LlmSettings['provider'], model: string, body: object][] = [
    ['openai', 'gpt-5-mini', { max_completion_tokens: 50 }],
    ['openai', 'gpt-4o', { max_tokens: 50, seed: 3 }],
    ['azure', 'gpt-4o', { max_tokens: 50 }],
    ['mistral', 'mistral-small-latest', { max_tokens: 50, random_seed: 3 }],
    ['deepseek', 'deepseek-chat', { max_tokens: 50 }],
    ['alibaba', 'qwen-plus', { max_tokens: 50 }],
  ];
  it.each(sent)('%s is asked for %s as it wants', async (provider, model, body) => {
    const server = await startChatServer(chatAnswer(text));
    const reply = await clientOf(server.baseUrl, { provider, model }).complete(request, signal);
    expect(reply).toMatchObject({ text, finish: 'stop', inputTokens: 7, outputTokens: 3 });
    expect(server.requests[0]?.url.pathname).toBe('/v1/chat/completions');
    expect(server.requests[0]?.body).toMatchObject({ model, ...body });
    expect(server.requests[0]?.body).not.toHaveProperty(provider === 'mistral' ? 'seed' : 'random_seed');
  });

  it('azure is asked by deployment where the address names one', async () => {
    const server = await startChatServer(chatAnswer(text));
    const baseUrl = `${server.baseUrl.replace('/v1', '/openai/deployments/derm')}?api-version=2024-10-21`;
    await clientOf(baseUrl, { provider: 'azure' }).complete(request, signal);
    expect(server.requests[0]?.url.href).toContain('/openai/deployments/derm/chat/completions?api-version=2024-10-21');
    expect(server.requests[0]?.headers['api-key']).toBe(secretKey);
  });

  it('anthropic and google answer in their own tongues', async () => {
    const anthropic = await startChatServer({
      body: JSON.stringify({
        ...{ type: 'message', id: 'x', model: 'served', role: 'assistant', stop_reason: 'max_tokens' },
        ...{ content: [{ type: 'text', text }], usage: { input_tokens: 7, output_tokens: 3 } },
      }),
    });
    const reply = await clientOf(anthropic.baseUrl, { provider: 'anthropic' }).complete(request, signal);
    expect(reply).toMatchObject({ text, finish: 'length', inputTokens: 7, outputTokens: 3, servedModel: 'served' });
    const google = await startChatServer({
      body: JSON.stringify({
        candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'SAFETY' }],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3 },
      }),
    });
    const gemini = await clientOf(google.baseUrl, { provider: 'google' }).complete(request, signal);
    expect(gemini).toMatchObject({ text, finish: 'filtered', inputTokens: 7, outputTokens: 3 });
  });
});

describe('a reply', () => {
  const unknown = { inputTokens: null, outputTokens: null };
  const parts = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text },
  ];
  const thought = 'Okay, the user wants two sentences.';
  const content = (words: string, rest: object = {}): Answer => chatCompletion({ content: words }, rest);
  const ended = (message: object, reason: string | null): Answer =>
    chatCompletion(message, {}, { finish_reason: reason });
  const half = { text, inputTokens: 4, outputTokens: null };
  const mistral = { provider: 'mistral' } as const;
  const replies: [what: string, answer: Answer, expected: object, more?: Partial<LlmSettings>][] = [
    ['without usage', content(text, { usage: undefined }), { text, ...unknown }],
    ['with an empty usage', content(text, { usage: {} }), { text, ...unknown }],
    ['with half a usage', content(text, { usage: { prompt_tokens: 4 } }), half],
    ['with a usage of strings', content(text, { usage: { prompt_tokens: '4' } }), { text, ...unknown }],
    ['with a usage of null', content(text, { usage: null }), { text, ...unknown }],
    ['in parts', chatCompletion({ content: parts }), { text }],
    ['in parts, of Mistral', chatCompletion({ content: parts }), { text, thinking: 'beside' }, mistral],
    ['with an empty usage, of Mistral', content(text, { usage: {} }), { text, ...unknown }, mistral],
    [
      'without an index, of OpenAI',
      chatCompletion({ content: text }, {}, { index: undefined }),
      { text },
      { provider: 'openai' },
    ],
    ['in parts, of DeepSeek', chatCompletion({ content: parts }), { text }, { provider: 'deepseek' }],
    ['of another dialect', chatCompletion({ content: text, tool_calls: {} }, { created: 'now' }), { text }],
    ['without a role', chatCompletion({ content: text, role: undefined }), { text }],
    ['without a finish reason', ended({ content: text }, null), { text, finish: 'stop' }],
    ['with thinking', content(`<think>${thought}</think>${text}`), { text, thinking: 'in the text' }],
    ['with thinking not closed', content(`<think>${thought}`), { text: '', thinking: 'in the text' }],
    ['with thinking not opened', content(`${thought}</think>${text}`), { text, thinking: 'in the text' }],
    [
      'with thinking beside it',
      chatCompletion({ content: text, reasoning_content: thought }),
      { text, thought: thought.length, thinking: 'beside' },
    ],
    [
      'of thinking alone',
      ended({ content: null, reasoning_content: thought }, 'length'),
      { text: '', finish: 'length', thought: thought.length },
    ],
    ['without content', chatAnswer(null), { text: '', finish: 'stop' }],
    ['cut off', ended({ content: 'The lesion' }, 'length'), { text: 'The lesion', finish: 'length' }],
    ['interrupted', ended({ content: 'The' }, 'insufficient_system_resource'), { finish: 'length' }],
    ['filtered', ended({ content: 'The' }, 'content_filter'), { finish: 'filtered' }],
    [
      'refusing in its own field',
      chatCompletion({ content: null, refusal: 'I will not.' }),
      { finish: 'refused', words: 'I will not.' },
    ],
  ];
  it.each(replies)('%s is read, and bought once', async (_, answer, expected, more = {}) => {
    const server = await startChatServer(answer);
    expect(await clientOf(server.baseUrl, more).complete(request, signal)).toMatchObject(expected);
    expect(server.requests).toHaveLength(1);
  });

  it.each(['```json\n{"a":"b"}\n```', 'Sure! {"a":"b"}', '<think>{"a":"c"}</think>{"a":"b"}'])(
    'of JSON in %j is read',
    async (words) => {
      const server = await startChatServer(chatAnswer(words));
      const jsonSchema = { type: 'object', properties: {} };
      expect((await clientOf(server.baseUrl).complete({ ...request, jsonSchema }, signal)).text).toBe('{"a":"b"}');
    },
  );

  it('in a stream is put together, and one that broke off is cut off', async () => {
    const whole = await startChatServer(chatStream(`<think>${thought}</think>${text}`));
    const stream = { stream: 'always' } as const;
    const reply = await clientOf(whole.baseUrl, stream).complete(request, signal);
    expect(reply).toMatchObject({ text, finish: 'stop', inputTokens: 7 });
    const cut = await startChatServer(chatStream(text, { finish: null, end: null }));
    expect(await clientOf(cut.baseUrl, stream).complete(request, signal)).toMatchObject({ text, finish: 'length' });
  });
});
