import { describe, expect, it } from 'vitest';
import { finalModel } from '../../../domain/methods/skin-r1/report/models.ts';
import type { EvaluatedModel } from '../../../domain/methods/skin-r1/report/report.ts';
import { choiceWords, chooseMilestone, endsEarly } from '../../../domain/rewards/milestones.ts';

const curve = (...rewards: (number | null)[]) =>
  rewards.map((reward, i) => ({
    checkpoint: { step: 10 * (i + 1) },
    last: reward === null ? { reward: 1 } : { validation_reward: reward },
  }));
const planned = [10, 20, 30, 40];

describe('the milestone that is kept', () => {
  it.each([
    [[0.5, 0.9, 0.7, 0.8], 20],
    [[0.5, 0.6, 0.7, 0.8], 40],
    [[0.9, 0.9, 0.9, 0.9], 10],
    [[-0.5, -0.2, -0.3, -0.4], 20],
  ])('of %j is the best, the earlier of equals: %d', (rewards, step) =>
    expect(chooseMilestone('grpo', curve(...rewards), planned)).toMatchObject({ step, stoppedEarly: false }),
  );

  it('is none where nothing was validated: the last one stands', () => {
    expect(chooseMilestone('grpo', curve(null, null), planned)).toBeNull();
    expect(chooseMilestone('grpo', [], planned)).toBeNull();
  });

  it('is told with the curve that it was chosen on', () => {
    const choice = chooseMilestone('grpo', curve(0.5, 0.9, 0.7), planned);
    expect(choice && choiceWords(choice, 'patient')).toMatch(
      /^Step 20 is kept: .*\(mean reward by step 10: 0\.500, 20: 0\.900, 30: 0\.700\); training ended at step 30, since later milestones brought nothing better\.$/,
    );
    expect(choice && choiceWords(choice, 'patient')).toContain('of patients that neither training nor test has');
    expect(choice && choiceWords(choice, 'image')).toContain('of pictures that neither training nor test has');
  });
});

describe('training ends early', () => {
  it.each([
    [[0.5], 1, false],
    [[0.5, 0.4], 1, true],
    [[0.5, 0.5], 1, true],
    [[0.5, 0.4], 2, false],
    [[0.5, 0.4, 0.6], 2, false],
    [[0.5, 0.6, 0.4, 0.5], 2, true],
    [[0.5, 0.4, 0.3], null, false],
    [[null, null, null], 1, false],
  ])('after %j with patience %j: %s', (rewards, patience, ends) =>
    expect(endsEarly(curve(...rewards), patience)).toBe(ends),
  );
});

describe('the model that a report is about', () => {
  const model = (label: string, step: number): EvaluatedModel =>
    ({ label, step, image: 'real', title: label, tasks: [] }) as unknown as EvaluatedModel; // what the choice reads
  const models = [model('sft', 8), model('grpo-20', 20), model('grpo-40', 40)];

  it('is the chosen milestone of its stage, else the last', () => {
    const choice = { stage: 'grpo' as const, step: 20, milestones: [{ step: 20, reward: 1 }], stoppedEarly: false };
    expect(finalModel(models, 'grpo').label).toBe('grpo-40');
    expect(finalModel(models, 'grpo', [choice]).label).toBe('grpo-20');
    expect(finalModel(models, 'grpo', [{ ...choice, stage: 'rl-only' }]).label).toBe('grpo-40');
  });
});
