/** Endpoints that take a request only in their own way, and what an endpoint says of its model. */
import { describe, expect, it } from 'vitest';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { type Answer, type Answers, chatAnswer, chatError, chatStream, serveChat } from '../../support/chat-server.ts';
import { clientOf, shortRequest } from '../../support/endpoints.ts';

const { signal } = new AbortController();
const json = '{"a":"b"}';
const request = { ...shortRequest, jsonSchema: { type: 'object', properties: { a: { type: 'string' } } } };

type Body = Record<string, unknown>;
const formatOf = ({ response_format: format }: Body): unknown => (format as { type?: string } | undefined)?.type;
/** @param says why a body is not taken; null where it is */
const refuses =
  (says: (body: Body) => string | null | false, status = 400): Answers =>
  (_, { body }) => {
    const said = says(body);
    if (said) return chatError(status, { message: said });
    return body.stream === true ? chatStream(json) : chatAnswer(json);
  };

describe('a dialect', () => {
  const dialects: [what: string, answers: Answers, refused: number, learned: string[]][] = [
    [
      'max_completion_tokens',
      refuses(
        (b) =>
          'max_tokens' in b &&
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      ),
      1,
      ['max_completion_tokens'],
    ],
    [
      'no limit at all',
      refuses(
        (b) =>
          ('max_tokens' in b && "'max_tokens' is not supported") ||
          ('max_completion_tokens' in b && "'max_completion_tokens' is not supported"),
      ),
      2,
      ['without max_completion_tokens', 'without max_tokens'],
    ],
    ['no seed', refuses((b) => 'seed' in b && 'body.seed: Extra inputs are not permitted', 422), 1, ['without seed']],
    [
      'no temperature',
      refuses((b) => 'temperature' in b && "'temperature' does not support 0.2 with this model."),
      1,
      ['without temperature'],
    ],
    [
      'no json_schema',
      refuses((b) => formatOf(b) === 'json_schema' && 'This response_format type is unavailable now'),
      1,
      ['json_object'],
    ],
    [
      'no json_schema, by 500',
      refuses(
        (b) => formatOf(b) === 'json_schema' && "response_format.type: Input should be 'text' or 'json_object'",
        500,
      ),
      1,
      ['json_object'],
    ],
    [
      'no response_format',
      refuses((b) => formatOf(b) !== undefined && 'response_format: unknown field'),
      2,
      ['prompt'],
    ],
    [
      'streams only',
      refuses((b) => b.stream !== true && 'This model only support stream mode, please enable the stream parameter'),
      1,
      ['streamed'],
    ],
    [
      'streams for thinking',
      refuses((b) => b.stream !== true && 'parameter.enable_thinking must be set to false for non-streaming calls'),
      1,
      ['streamed'],
    ],
    [
      'no system role',
      refuses((b) => JSON.stringify(b.messages).includes('"system"') && 'System role not supported'),
      1,
      ['system prompt in the user’s'],
    ],
    [
      'all of it',
      refuses((b) => {
        if ('max_tokens' in b) return "Unrecognized request argument: 'max_tokens'";
        if ('seed' in b) return 'seed is unknown';
        if (formatOf(b) === 'json_schema') return "'type' of 'response_format' must be text or json_object";
        return b.stream !== true && 'only streaming is supported: stream=true';
      }),
      4,
      ['without seed', 'max_completion_tokens', 'streamed', 'json_object'],
    ],
  ];
  it.each(dialects)('is learned once: %s', async (_, answers, refused, learned) => {
    const server = await serveChat(answers);
    const client = clientOf(server.baseUrl, {}, 0);
    expect(await client.complete(request, signal)).toMatchObject({ text: json, finish: 'stop' });
    expect(server.requests).toHaveLength(1 + refused);
    await client.complete(request, signal);
    expect(server.requests).toHaveLength(2 + refused);
    expect(client.learned).toEqual(learned);
  });

  it('is learned by eight at once', async () => {
    const server = await serveChat(
      refuses(
        (b) =>
          ('max_tokens' in b && "'max_tokens' is not supported") || (formatOf(b) !== undefined && 'no response_format'),
      ),
    );
    const client = clientOf(server.baseUrl);
    const replies = await Promise.all(Array.from({ length: 8 }, () => client.complete(request, signal)));
    expect(replies.map((reply) => reply.text)).toEqual(Array.from({ length: 8 }, () => json));
  });

  it('without a schema has it in the prompt', async () => {
    const server = await serveChat(refuses((b) => formatOf(b) === 'json_schema' && 'no json_schema'));
    await clientOf(server.baseUrl).complete(request, signal);
    expect(JSON.stringify(server.requests[1]?.body.messages)).toContain('\\"properties\\"');
  });

  it('is not learned against the user’s own fields', async () => {
    const server = await serveChat(refuses((b) => 'seed' in b && 'seed is unknown'));
    const reply = await clientOf(server.baseUrl, { body: { seed: 5 } }).complete(request, signal);
    expect(reply).toMatchObject({ finish: 'refused', words: 'HTTP 400: seed is unknown' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('the identity of a model', () => {
  const listing = (entry: object): Answer => ({
    body: JSON.stringify({ data: [{ id: 'other' }, { id: 'qwen', ...entry }] }),
  });
  const identityBy = async (models: Answer, more: Partial<LlmSettings> = {}, query = '') => {
    const server = await serveChat(() => chatAnswer(json), models);
    const identity = await clientOf(`${server.baseUrl}${query}`, more).identify(signal);
    return { ...identity, address: identity.address?.replace(server.baseUrl, 'http://server/v1') };
  };

  it('is what tells its weights apart, not what changes by the minute', async () => {
    const entry = { root: '/weights/a', created: 1_700_000_000, permission: [{ id: 'perm-1' }], max_model_len: 4096 };
    expect(await identityBy(listing(entry))).toEqual({
      ...{ provider: 'openai-compatible', address: 'http://server/v1', model: 'qwen', body: {} },
      says: { root: '/weights/a' },
    });
    const meta = { n_params: 7, size: 4 };
    expect((await identityBy(listing({ meta }))).says).toEqual({ meta });
  });

  it('holds the user’s fields and the query of the address, no secret', async () => {
    const body = { enable_thinking: false };
    const identity = await identityBy(listing({}), { body }, '?api-version=1&api-key=s3cret');
    expect(identity).toMatchObject({ body, address: 'http://server/v1?api-version=1', says: {} });
    expect(JSON.stringify(identity)).not.toMatch(/s3cret|very-secret/);
    const keyed = { api_key: 's3cret', extra_headers: { Authorization: 'Bearer s3cret', 'x-a': '1' }, max_tokens: 3 };
    const recorded = await identityBy(listing({}), { body: keyed });
    expect(recorded.body).toEqual({ extra_headers: { 'x-a': '1' }, max_tokens: 3 });
  });

  it.each<[string, Answer]>([
    ['no such list', { status: 404, body: 'Not Found' }],
    ['a list that is none', { body: 'hello' }],
    ['no error', { body: '{"error":null,"object":"timeout"}' }],
    ['an error that stays', { body: '{"error":{"message":"no such method"}}' }],
    ['a key that may not list', { status: 403, body: '' }],
  ])('is the name alone where there is %s', async (_, models) => expect((await identityBy(models)).says).toEqual({}));

  it.each<Answer>([
    { status: 503, body: '' },
    { status: 408, body: '' },
    { body: '{"error":{"message":"Rate limit reached, try again later"}}' },
  ])('is not guessed while the endpoint fails: %j', (models) =>
    expect(identityBy(models)).rejects.toMatchObject({ type: 'Unavailable' }),
  );
});
