import { describe, expect, it } from 'vitest';
import { nextToken } from '../../../activities/inference/decode.ts';

describe('nextToken', () => {
  it('takes the most likely token, the first of equal ones', () => {
    expect(nextToken(Float32Array.of(0, 3, 3, 1), [])).toBe(1);
    expect(nextToken(Float32Array.of(-5, -2, -9, -2), [])).toBe(1);
  });

  it('never takes a suppressed token', () => {
    expect(nextToken(Float32Array.of(0, 3, 3, 1), [1])).toBe(2);
    expect(nextToken(Float32Array.of(-5, -2, -9, -2), [1, 3])).toBe(0);
  });
});
