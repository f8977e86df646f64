import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { asActivityFailure, withActivityFailures } from '../../activities/failures.ts';
import { DermflowError, failureTypes, finalFailures, unavailable } from '../../domain/failures.ts';

describe('asActivityFailure', () => {
  it.each(Object.values(failureTypes))('keeps the type %s, and whether it is final', (type) => {
    const failure = asActivityFailure(new DermflowError(type, 'words'));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, message: 'words', nonRetryable: finalFailures.includes(type) });
  });

  it('keeps the cause', () => {
    const cause = new Error('ECONNREFUSED');
    expect(asActivityFailure(unavailable('gone', cause))).toMatchObject({ cause });
  });

  it('tells of what is longer than Temporal takes the beginning and the end', () => {
    const words = `begin ${'x'.repeat(3e6)} end`;
    const cause = new Error('short', { cause: new TypeError(words) });
    const told = [unavailable(words, cause), new RangeError(words)].map(asActivityFailure);
    expect(told).toMatchObject([
      { type: failureTypes.unavailable, cause: { message: 'short', cause: { name: 'TypeError' } } },
      { name: 'RangeError' },
    ]);
    const of = (error: unknown): Error[] => (error instanceof Error ? [error, ...of(error.cause)] : []);
    for (const { message, stack = '' } of told.flatMap(of)) {
      expect(message).toMatch(/^(?:short|begin x+ … x+ end)$/);
      expect(message.length + stack.length).toBeLessThan(30_000);
    }
  });

  it.each([new CancelledFailure('stop'), ApplicationFailure.create({ message: 'own' }), new RangeError('defect')])(
    'leaves %s as it is',
    (error) => expect(asActivityFailure(error)).toBe(error),
  );
});

describe('withActivityFailures', () => {
  it('wraps each activity and changes nothing else', async () => {
    const activities = withActivityFailures({
      add: async (a: number, b: number) => a + b,
      fail: async () => {
        throw unavailable('gone');
      },
    });
    expect(await activities.add(1, 2)).toBe(3);
    await expect(activities.fail()).rejects.toMatchObject({ type: failureTypes.unavailable, nonRetryable: false });
  });
});
