import { expect, it } from 'vitest';
import { readGenerated } from '../../../../activities/llm/reply/reading.ts';
import { canonicalJson } from '../../../../domain/artifact.ts';

const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
const generated = (text: string) => ({
  content: [{ type: 'text' as const, text }],
  finishReason: { unified: 'stop' as const, raw: 'stop' },
  usage: { inputTokens: none, outputTokens: { ...none, text: undefined, reasoning: undefined } },
  warnings: [],
});

it.each([
  ['a mole 😀', 'a mole 😀'],
  ['a mole \ud83d', 'a mole \ufffd'],
  ['\ude00 a mole', '\ufffd a mole'],
])('a reply has no half of a character, so that it has a digest: %j', (text, read) => {
  const reply = readGenerated(generated(text), false);
  expect(reply.text).toBe(read);
  expect(canonicalJson(reply)).toContain('a mole');
});
