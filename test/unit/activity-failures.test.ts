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
