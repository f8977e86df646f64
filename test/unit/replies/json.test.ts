import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../domain/artifact.ts';
import { jsonWithin, parseReplyJson } from '../../../domain/replies/json.ts';

const json = '{"present":"a","absent":"b"}';

describe('jsonWithin', () => {
  it.each([
    [json, json],
    [`\`\`\`json\n${json}\n\`\`\``, json],
    [`\`\`\`\n${json}\n\`\`\``, json],
    [`Here it is:\n\`\`\`json\n${json}\n\`\`\`\nI hope this helps.`, json],
    [`Sure! ${json}`, json],
    [`\`\`\`json\n${json}\n\`\`\`\nor\n\`\`\`json\n{"present":"c","absent":"b"}\n\`\`\``, undefined],
    ['sure! tan', undefined],
    ['```json\n{"present":"a"', undefined],
    ['[1]', undefined],
  ])('%j', (text, expected) => expect(jsonWithin(text)).toBe(expected ?? text));
});

describe('the value of a reply', () => {
  it('has U+FFFD for half of a character, wherever it stands, and whole ones as they are', () => {
    const text = String.raw`{"reasons": ["a \ud83d", "\ude00 b", "\ud83d\ude00", "\\ud83d"], "n": 1}`;
    const value = parseReplyJson(text);
    expect(value).toEqual({ reasons: ['a \ufffd', '\ufffd b', '😀', String.raw`\ud83d`], n: 1 });
    expect(() => canonicalJson(value)).not.toThrow();
    expect(() => canonicalJson(JSON.parse(text))).toThrow(/surrogate/);
  });

  it('is none of a text that is not JSON', () => expect(() => parseReplyJson('{"a":')).toThrow(SyntaxError));
});
