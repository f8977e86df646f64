import { describe, expect, it } from 'vitest';
import { readBudget } from '../../../../cli/steer/resume.ts';
import { failureTypes } from '../../../../domain/failures.ts';

describe('readBudget', () => {
  it.each([
    ['calls=5000', { calls: 5000 }],
    ['calls=5000,money=12.5', { calls: 5000, money: 12.5 }],
    ['tokens=2000000', { tokens: 2_000_000 }],
  ])('%s', (text, expected) => expect(readBudget(text)).toEqual(expected));

  it.each(['', '5000', 'calls', 'calls=many', 'calls=0', 'calls=1.5', 'euros=5', 'money=-1'])('refuses "%s"', (text) =>
    expect(() => readBudget(text)).toThrow(
      expect.objectContaining({ type: failureTypes.userMistake, message: expect.stringContaining('--budget') }),
    ),
  );
});
