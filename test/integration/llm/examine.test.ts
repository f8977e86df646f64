/** What `dermflow doctor` says of an endpoint, one line each. */
import { describe, expect, it } from 'vitest';
import { examineEndpoint, findings } from '../../../activities/llm/examine.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { type Answers, chatAnswer, chatCompletion, chatError, serveChat } from '../../support/chat-server.ts';
import { llmSettings } from '../../support/llm.ts';

const { signal } = new AbortController();
const text = 'A net of brown lines.';
const json = '{"present":"irregular border","absent":"regular border"}';

async function linesOf(answers: Answers): Promise<string[]> {
  const { baseUrl } = await serveChat(answers);
  const settings: LlmSettings = { ...llmSettings, provider: 'openai-compatible', baseUrl, model: 'm' };
  const examined = await examineEndpoint(settings, signal);
  return findings.map(({ say }) => {
    try {
      return say(examined);
    } catch (error) {
      return `✗ ${error instanceof Error ? error.message : String(error)}`;
    }
  });
}

const purple = 'Purple.';
const isImage = (body: Record<string, unknown>): boolean => JSON.stringify(body.messages).includes('image_url');
const isJson = (body: Record<string, unknown>): boolean => JSON.stringify(body.messages).includes('Reply in JSON');

describe('an endpoint', () => {
  it('that does everything well', async () => {
    const [answers, structured, thinking, usage, images] = await linesOf((_, { body }) => {
      if (isImage(body)) return chatAnswer(purple);
      return chatAnswer(isJson(body) ? json : text);
    });
    expect(answers).toMatch(/^in \d\.\d s$/);
    expect([structured, thinking, usage]).toEqual(['honoured, by json_schema', 'none', 'reported: 7 tokens in, 3 out']);
    expect(images).toBe('taken, and seen');
  });

  it('that thinks in the text, tells no usage and knows no schema', async () => {
    const [answers, structured, thinking, usage] = await linesOf((_, { body }) => {
      if (JSON.stringify(body.response_format ?? '').includes('json_schema')) return chatError(400, 'no json_schema');
      if ('max_tokens' in body) return chatError(400, "'max_tokens' is not supported, use 'max_completion_tokens'");
      return chatCompletion({ content: `<think>Hm.</think>${isJson(body) ? json : text}` }, { usage: undefined });
    });
    expect(answers).toMatch(/asked max_completion_tokens, json_object$/);
    expect(structured).toBe('honoured, by json_object');
    expect(thinking).toMatch(/^\d+ characters, in the text, .*DERMFLOW_LLM_BODY=/);
    expect(usage).toMatch(/^✗ not reported: /);
  });

  it('that thinks until it is cut off, and keeps to no format', async () => {
    const [answers, structured] = await linesOf((_, { body }) =>
      isJson(body)
        ? chatAnswer('The border.')
        : chatCompletion({ content: null, reasoning_content: 'Hm, a long thought' }, {}, { finish_reason: 'length' }),
    );
    expect(answers).toMatch(/^✗ no text: cut off while thinking; .*DERMFLOW_LLM_THINKING_TOKENS/);
    expect(structured).toMatch(/^✗ not honoured \(json_schema\); try DERMFLOW_LLM_STRUCTURED=/);
  });

  it('that takes no image, or takes one and does not see it', async () => {
    const refusing: Answers = (_, { body }) =>
      isImage(body)
        ? chatError(400, { message: 'm is not a multimodal model' })
        : chatAnswer(isJson(body) ? json : text);
    const [answers, , , , refused] = await linesOf(refusing);
    expect(answers).toMatch(/^in /);
    expect(refused).toMatch(/^✗ .*serves "m", which takes no images .* it says: m is not a multimodal model$/);
    const [, , , , blind] = await linesOf((_, { body }) => chatAnswer(isJson(body) ? json : text));
    expect(blind).toMatch(/^✗ not seen: of a purple picture it says: A net of brown lines\.; /);
  });

  it('whose account is empty says so in its own words', async () => {
    const answers: Answers = () => chatError(429, { code: 'insufficient_quota', message: 'You exceeded it.' });
    await expect(linesOf(answers)).rejects.toThrow('it says: You exceeded it.');
  });
});
