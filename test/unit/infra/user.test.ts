import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { userVariables } from '../../../platform/user.mjs';

const named = { USER: 'ada', LOGNAME: 'ada' };

describe('userVariables', () => {
  it('adds nothing for a user who has all', () => expect(userVariables({ ...named, HOME: '/' }, '/data')).toEqual({}));

  it.each(['/does/not/exist', '/etc/passwd'])('gives a home of its own instead of %s', (HOME) =>
    expect(userVariables({ ...named, HOME }, '/data')).toEqual({ HOME: '/data/user' }),
  );

  it('says what the system knows where the variables do not', () => {
    const { HOME, USER, LOGNAME } = userVariables({}, '/data');
    expect(['/data/user', userInfo().homedir]).toContain(HOME);
    expect(USER).not.toBe('');
    expect(LOGNAME).toBe(USER);
  });
});
