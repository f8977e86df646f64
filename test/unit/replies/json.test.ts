import { describe, expect, it } from 'vitest';
import { jsonWithin } from '../../../domain/replies/json.ts';

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
