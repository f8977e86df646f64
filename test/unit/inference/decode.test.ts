import { describe, expect, it } from 'vitest';
import { nextTokens } from '../../../activities/inference/decode.ts';

describe('nextTokens', () => {
  const logits = (): Float32Array => Float32Array.from([0, 3, 3, 1, -5, -2, -9, -2]);

  it('takes the most likely token of each row, the first of equal ones', () => {
    expect(nextTokens(logits(), 2, [])).toEqual([1, 1]);
  });

  it('never takes a suppressed token', () => {
    expect(nextTokens(logits(), 2, [1])).toEqual([2, 3]);
  });
});
