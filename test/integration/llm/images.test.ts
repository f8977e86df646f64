/** Requests with pictures: how each provider is sent them, and what becomes of a model that reads text alone. */
import { describe, expect, it } from 'vitest';
import { createEmbeddedClient } from '../../../activities/llm/embedded.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { type Answer, chatAnswer, chatError, startChatServer } from '../../support/chat-server.ts';
import { clientOf, shortRequest } from '../../support/endpoints.ts';

const { signal } = new AbortController();
const text = 'A dark lesion.';
/** The begin of a PNG is all that anybody on the way looks at. */
const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const base64 = Buffer.from(picture).toString('base64');
const image = { sha256: digestOf(picture), bytes: picture.byteLength, mediaType: 'image/png' };
const request = { ...shortRequest, images: [image] };
const load = async (): Promise<Uint8Array> => picture;

const anthropicAnswer: Answer = {
  body: JSON.stringify({
    ...{ type: 'message', id: 'x', model: 'served', role: 'assistant', stop_reason: 'end_turn' },
    ...{ content: [{ type: 'text', text }], usage: { input_tokens: 7, output_tokens: 3 } },
  }),
};
const googleAnswer: Answer = {
  body: JSON.stringify({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3 },
  }),
};

describe('a picture', () => {
  const dataUrl = `data:image/png;base64,${base64}`;
  const sent: [provider: LlmSettings['provider'], answer: Answer, part: string][] = [
    ['openai-compatible', chatAnswer(text), `{"type":"image_url","image_url":{"url":"${dataUrl}"}}`],
    ['openai', chatAnswer(text), `{"type":"image_url","image_url":{"url":"${dataUrl}"}}`],
    ['azure', chatAnswer(text), `{"type":"image_url","image_url":{"url":"${dataUrl}"}}`],
    ['mistral', chatAnswer(text), `{"type":"image_url","image_url":"${dataUrl}"}`],
    ['deepseek', chatAnswer(text), `{"type":"image_url","image_url":{"url":"${dataUrl}"}}`],
    ['alibaba', chatAnswer(text), `{"type":"image_url","image_url":{"url":"${dataUrl}"}}`],
    [
      'anthropic',
      anthropicAnswer,
      `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"${base64}"}}`,
    ],
    ['google', googleAnswer, `{"inlineData":{"mimeType":"image/png","data":"${base64}"}}`],
  ];
  it.each(sent)('is sent to %s as it wants, before the text', async (provider, answer, part) => {
    const server = await startChatServer(answer);
    const client = clientOf(server.baseUrl, { provider, model: 'vision' }, 0, load);
    expect(await client.complete(request, signal)).toMatchObject({ text, finish: 'stop' });
    const body = JSON.stringify(server.requests[0]?.body);
    expect(body).toContain(part);
    expect(body.indexOf(base64)).toBeLessThan(body.indexOf('Compare.'));
  });

  it('stands beside texts of any script, and beside others in its place', async () => {
    const server = await startChatServer(chatAnswer(text));
    const other = new Uint8Array([...picture, 9, 9]);
    const images = [image, { ...image, sha256: digestOf(other) }];
    const bytesOf = async ({ sha256 }: typeof image): Promise<Uint8Array> =>
      sha256 === image.sha256 ? picture : other;
    const user = 'Größe, 皮膚, 🩺 and "quotes"';
    await clientOf(server.baseUrl, {}, 0, bytesOf).complete({ ...request, user, images }, signal);
    const urls = [picture, other].map((data) => `data:image/png;base64,${Buffer.from(data).toString('base64')}`);
    expect(server.requests[0]?.body.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [...urls.map((url) => ({ type: 'image_url', image_url: { url } })), { type: 'text', text: user }],
      },
    ]);
  });

  it('is loaded by its digest, and a request is not made where it is missing', async () => {
    const server = await startChatServer(chatAnswer(text));
    const missing = () => Promise.reject(new Error('blob is missing'));
    await expect(clientOf(server.baseUrl, {}, 0, missing).complete(request, signal)).rejects.toThrow('blob is missing');
    expect(server.requests).toHaveLength(0);
  });
});

describe('a model without images', () => {
  const refusals: [who: string, answer: Answer, words: string][] = [
    [
      'OpenAI',
      chatError(400, { message: 'Invalid content type. image_url is only supported by certain models.' }),
      'only supported by',
    ],
    ['vLLM', chatError(400, { message: 'm is not a multimodal model' }), 'not a multimodal model'],
    [
      'vLLM, limited',
      chatError(400, { message: 'At most 0 image(s) may be provided in one request.' }),
      'At most 0 image',
    ],
    [
      'llama.cpp',
      chatError(500, {
        message: 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
      }),
      'mmproj',
    ],
    [
      'DeepSeek',
      chatError(400, {
        message:
          'Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text`',
      }),
      'unknown variant',
    ],
    ['OpenRouter', chatError(404, { message: 'No endpoints found that support image input' }), 'No endpoints found'],
    ['Mistral', chatError(400, { message: 'Image input is not enabled for this model' }), 'not enabled'],
    [
      'Groq',
      chatError(400, {
        message:
          "'messages.1' : for 'role:user' the following must be satisfied[('messages.1.content' : value must be a string)]",
      }),
      'must be a string',
    ],
    [
      'a FastAPI server',
      { status: 422, body: '{"detail":[{"msg":"Input should be a valid string"}]}' },
      'valid string',
    ],
    ['DashScope', chatError(400, { message: 'Unexpected item type in content.' }), 'Unexpected item type'],
    ['Ollama', chatError(500, { message: 'this model is missing data required for image input' }), 'missing data'],
  ];
  it.each(refusals)('is the user’s mistake, in its own words: %s', async (_, answer, words) => {
    const server = await startChatServer(answer);
    const error = await clientOf(server.baseUrl, {}, 0, load)
      .complete(request, signal)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(
        /serves "qwen", which takes no images .*; name a model that does by the recipe \(llm\.model, judge\.model\), .*; it says: /,
      ),
    });
    expect(String(error)).toContain(words);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['a picture that is too large', 'image exceeds 5 MB maximum, which is not supported'],
    ['a picture that cannot be decoded', 'Could not process image: unsupported image format'],
    ['too many pictures', 'At most 4 image(s) may be provided in one request.'],
  ])('is not told of by %s', async (_, message) => {
    const server = await startChatServer(chatError(400, { message }));
    const reply = await clientOf(server.baseUrl, {}, 0, load).complete(request, signal);
    expect(reply.finish).not.toBe('stop');
    expect(reply.words).toContain(message);
  });

  it('is not told of by one refusal after others were taken, nor by a request without any', async () => {
    const refused = chatError(400, { message: 'this image is not supported' });
    const server = await startChatServer(chatAnswer(text), refused);
    const client = clientOf(server.baseUrl, {}, 0, load);
    await client.complete(request, signal);
    expect(await client.complete(request, signal)).toMatchObject({ finish: 'refused' });
    const other = await startChatServer(refused);
    expect(await clientOf(other.baseUrl).complete(shortRequest, signal)).toMatchObject({ finish: 'refused' });
  });

  it('is the embedded one', async () => {
    const client = createEmbeddedClient({ modelPath: '/none.gguf', threads: 1 });
    await expect(client.complete(request, signal)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining('takes no images'),
    });
    await client.close();
  });
});
