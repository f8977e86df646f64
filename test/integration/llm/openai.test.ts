import getPort from 'get-port';
import { describe, expect, it } from 'vitest';
import { createOpenAiClient } from '../../../activities/llm/openai.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmRequest } from '../../../domain/llm.ts';
import { type Answer, chatAnswer, startChatServer } from '../../support/chat-server.ts';

const request: LlmRequest = { system: 'Be brief.', user: 'Compare.', maxTokens: 50, temperature: 0.2, seed: 3 };
const key = 'sk-very-secret';
const { signal } = new AbortController();

const clientOf = (baseUrl: string, maxRetries = 2) =>
  createOpenAiClient({ baseUrl, apiKey: key, model: 'qwen', maxRetries });
const refusal = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: JSON.stringify({ error: { message: `no, ${key}` } }),
});

describe('createOpenAiClient', () => {
  it('asks as the protocol wants and reads text and tokens', async () => {
    const server = await startChatServer(chatAnswer(' It is a nevus. '));
    const reply = await clientOf(server.baseUrl).complete(request, signal);
    expect(reply).toEqual({ text: 'It is a nevus.', inputTokens: 7, outputTokens: 3 });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(server.requests[0]?.body).toEqual({
      model: 'qwen',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Compare.' },
      ],
      max_tokens: 50,
      temperature: 0.2,
      seed: 3,
    });
  });

  it('asks for JSON by schema where one is given', async () => {
    const server = await startChatServer(chatAnswer('{}'));
    const jsonSchema = { type: 'object', properties: {}, additionalProperties: false };
    await clientOf(server.baseUrl).complete({ ...request, jsonSchema }, signal);
    expect(server.requests[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'reply', strict: true, schema: jsonSchema },
    });
  });

  it('waits as long as Retry-After says, then goes on', async () => {
    const server = await startChatServer(refusal(429, { 'retry-after': '1' }), chatAnswer('done'));
    expect((await clientOf(server.baseUrl).complete(request, signal)).text).toBe('done');
    const [first, second] = server.requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('tries again after a server error', async () => {
    const server = await startChatServer(refusal(500), refusal(503, { 'retry-after': '0.01' }), chatAnswer('done'));
    expect((await clientOf(server.baseUrl).complete(request, signal)).text).toBe('done');
    expect(server.requests).toHaveLength(3);
  });

  it('reads a refusal without content as an empty reply', async () => {
    const server = await startChatServer(chatAnswer(null));
    expect((await clientOf(server.baseUrl).complete(request, signal)).text).toBe('');
  });

  const failures: [what: string, answer: Answer, type: string, says: string, requests: number][] = [
    [
      '429 for ever',
      refusal(429, { 'retry-after': '0.01' }),
      failureTypes.unavailable,
      'overloaded or failing (HTTP 429)',
      2,
    ],
    [
      '500 for ever',
      refusal(500, { 'retry-after': '0.01' }),
      failureTypes.unavailable,
      'overloaded or failing (HTTP 500)',
      2,
    ],
    ['401', refusal(401), failureTypes.userMistake, 'refused the key (HTTP 401); set DERMFLOW_LLM_API_KEY', 1],
    ['403', refusal(403), failureTypes.userMistake, 'refused the key (HTTP 403); set DERMFLOW_LLM_API_KEY', 1],
    ['404', refusal(404), failureTypes.userMistake, 'has no model "qwen" (HTTP 404)', 1],
    ['400', refusal(400), failureTypes.userMistake, 'refused the request (HTTP 400)', 1],
    ['no choices', { body: '{"choices":[]}' }, failureTypes.llm, 'the answer is no chat completion', 1],
    ['no JSON', { body: '{"choi' }, failureTypes.llm, 'the answer is no chat completion', 1],
    [
      'a web page',
      { headers: { 'content-type': 'text/html' }, body: '<html>' },
      failureTypes.llm,
      'the answer is no chat completion',
      1,
    ],
  ];
  for (const [what, answer, type, says, requests] of failures) {
    it(`says in one line what is wrong: ${what}`, async () => {
      const server = await startChatServer(answer);
      const error = await clientOf(server.baseUrl, 1)
        .complete(request, signal)
        .then(
          () => null,
          (thrown: unknown) => thrown,
        );
      expect(error).toMatchObject({ type, message: expect.stringContaining(says) });
      expect(error).toMatchObject({ message: expect.stringContaining(server.baseUrl) });
      expect(String(error)).not.toMatch(/\n|secret/);
      expect(server.requests).toHaveLength(requests);
    });
  }

  it('names the address that does not answer, without the password in it', async () => {
    const address = `127.0.0.1:${await getPort({ host: '127.0.0.1' })}/v1`;
    const client = clientOf(`http://user:hunter2@${address}`, 0);
    const error = await client.complete(request, signal).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ type: failureTypes.unavailable });
    expect(String(error)).toContain(`LLM endpoint http://${address} does not answer (ECONNREFUSED)`);
  });

  it('sends credentials that stand in the address as a header', async () => {
    const server = await startChatServer(chatAnswer('Yes.'));
    await clientOf(server.baseUrl.replace('//', '//user:hunter2@')).complete(request, signal);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('user:hunter2')}`);
  });

  it('stops at once when cancelled', async () => {
    const server = await startChatServer(refusal(429, { 'retry-after': '50' }));
    const controller = new AbortController();
    const pending = clientOf(server.baseUrl).complete(request, controller.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort(new Error('cancelled'));
    await expect(pending).rejects.toThrow('cancelled');
  });
});
