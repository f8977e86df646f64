import { describe, expect, it } from 'vitest';
import { classOf } from '../../../domain/llm-failures.ts';

describe('classOf', () => {
  it.each([
    [429, 'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000. Please try again in 2s.', 'away'],
    [429, 'insufficient_quota You exceeded your current quota, please check your plan and billing details.', 'quota'],
    [429, 'Quota exceeded for metric generate_requests, limit 15 per minute. Please retry in 33s.', 'away'],
    [400, 'The prompt was flagged by our content filter. Change it and try again.', 'filtered'],
    [500, 'The content filter service is temporarily unavailable', 'away'],
    [429, '', 'away'],
    [402, 'Insufficient Balance', 'quota'],
    [400, 'Your credit balance is too low to access the Anthropic API.', 'quota'],
    [403, 'Arrearage: Access denied, please make sure your account is in good standing.', 'quota'],
    [500, 'Internal server error', 'away'],
    [503, 'The model is currently overloaded.', 'away'],
    [529, 'overloaded_error', 'away'],
    [504, '<html>Gateway time-out</html>', 'away'],
    [401, 'Incorrect API key provided: ***.', 'key'],
    [403, 'Forbidden', 'key'],
    [400, 'API key not valid. Please pass a valid API key.', 'key'],
    [404, 'The model `m` does not exist or you do not have access to it.', 'setting'],
    [404, 'Not Found', 'setting'],
    [
      400,
      'content_filter The response was filtered due to the prompt triggering content management policy.',
      'filtered',
    ],
    [400, 'DataInspectionFailed: Input data may contain inappropriate content.', 'filtered'],
    [403, 'Your chosen model requires moderation and your input was flagged', 'filtered'],
    [400, 'context_length_exceeded', 'too long'],
    [400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.", 'too long'],
    [400, "'max_tokens' is too large: 240. This model's maximum context length is 128 tokens", 'too long'],
    [400, 'prompt is too long: 210000 tokens > 200000 maximum', 'too long'],
    [413, '', 'too long'],
    [422, 'Input should be a valid string', 'refused'],
    [400, 'I do not like this', 'refused'],
    [200, 'Provider returned error', 'refused'],
    [200, 'The server had an internal error, try again', 'away'],
    [null, 'terminated', 'away'],
  ] as const)('%s %s: %s', (status, words, expected) => expect(classOf(status, words)).toBe(expected));
});
