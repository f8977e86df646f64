import { expect, it } from 'vitest';
import { modeWords } from '../../../domain/report/words-distractors.ts';

it('the paper’s ways of drawing options are marked as a comparison', () => {
  expect(modeWords('set-and-shared')).toContain('for comparison with the paper');
  expect(modeWords('set')).toContain('for comparison with the paper');
  expect(modeWords('matched')).toBeNull();
});
