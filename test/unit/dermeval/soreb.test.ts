import { describe, expect, it } from 'vitest';
import { scoreEvaluations } from '../../../activities/training/jobs/soreb.ts';
import { byDimension, type Scores } from '../../../domain/dermeval/dimensions.ts';
import { type JudgedRow, sorebReward } from '../../../domain/dermeval/soreb.ts';
import { testImage } from '../../support/cases.ts';

const physician: Scores = {
  ...byDimension(() => 4),
  safety: 5,
  clinical_coverage: 2,
  description_precision: null,
};

describe('the reward of an evaluation', () => {
  it.each([
    ['all at the physician’s', 'Accuracy: 4\nSafety: 5\nMedical Groundedness: 4\nClinical Coverage: 2', 0],
    // (1 + 4 + 0 + 2.25) / 4
    ['worked by hand', 'Accuracy: 3\nSafety: 3\nMedical Groundedness: 4\nClinical Coverage: 3.5', -1.8125],
    // The physician gave no score for precision: 9 / 1
    ['of what both scored', 'Accuracy: 1 - far off\nDescription Precision: 0', -9],
    ['without a score', 'I cannot evaluate this text.', -25],
    ['of another dimension alone', 'Description Precision: 4', -25],
  ])('%s', (_, text, reward) => expect(sorebReward(text, physician, -25)).toBeCloseTo(reward, 12));

  it('is asked for by the ids of the rows, and refused for others', async () => {
    const row = (id: string): JudgedRow => ({ id, image: testImage, prompt: '', completion: '', scores: physician });
    const score = scoreEvaluations([row('a'), row('b')], -7);
    const completions = ['Accuracy: 2', 'nothing'];
    expect(await score({ step: 1, ids: ['b', 'a'], completions })).toEqual({ components: { agreement: [-4, -7] } });
    await expect(score({ step: 1, ids: ['b', 'c'], completions })).rejects.toThrow('there is no narrative "c"');
    await expect(score({ step: 1, ids: ['b'], completions })).rejects.toThrow('1 ids for 2 completions');
  });
});
