import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlOf } from '../../../../../domain/evaluation/model-under-test.ts';
import {
  finalModel,
  type LabelledSummary,
  orderModels,
  rivalsOf,
  shortTitle,
  stepBefore,
  stepsOf,
} from '../../../../../domain/methods/skin-r1/report/models.ts';

const model = (label: string, step: number | null, image: 'real' | 'grey' = 'real'): LabelledSummary => ({
  ...{ label, step, image },
  tasks: [],
});
const evaluated = [
  model('grpo-1000', 1000),
  model('rl-only-1000', 1000),
  model('rl-only-500', 500),
  model('grpo-500', 500),
  model('grpo-1500-no-image', 1500, 'grey'),
  model('sft', 96),
  model('grpo-1500', 1500),
  model('base', null),
];
const order = [
  'base',
  'rl-only-500',
  'rl-only-1000',
  'sft',
  'grpo-500',
  'grpo-1000',
  'grpo-1500',
  'grpo-1500-no-image',
];

describe('orderModels', () => {
  it('takes milestones by number, whatever order they come in, and controls last', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(evaluated, { minLength: evaluated.length }), (shuffled) => {
        expect(orderModels(shuffled).map(({ label }) => label)).toEqual(order);
      }),
    );
  });

  it('names each for people', () => {
    expect(orderModels(evaluated).map((m) => [m.title, shortTitle(m)])).toEqual([
      ['Base model', 'Base'],
      ['RL without SFT, step 500', 'RL only 500'],
      ['RL without SFT, step 1000', 'RL only 1000'],
      ['SFT', 'SFT'],
      ['SFT + GRPO, step 500', 'GRPO 500'],
      ['SFT + GRPO, step 1000', 'GRPO 1000'],
      ['SFT + GRPO, step 1500', 'GRPO 1500'],
      ['SFT + GRPO, step 1500, grey image', 'GRPO 1500, grey'],
    ]);
  });

  it('keeps a label that it does not know', () => {
    expect(orderModels([model('mine', 3)]).map((m) => [m.title, shortTitle(m)])).toEqual([['mine', 'mine']]);
  });
});

describe('the model that the run is about', () => {
  const models = orderModels(evaluated);

  it('is the last milestone, with its control', () => {
    expect(finalModel(models, 'grpo').label).toBe('grpo-1500');
    expect(controlOf(models, finalModel(models, 'grpo'))?.label).toBe('grpo-1500-no-image');
  });

  it('is held against RL without SFT at its own step, else at the last', () => {
    const other = (...steps: number[]): string | undefined =>
      rivalsOf(orderModels(steps.map((step) => model(`rl-only-${step}`, step))), finalModel(models, 'grpo'))[0]?.label;
    expect(other(1500, 500, 2000)).toBe('rl-only-1500');
    expect(other(1000, 500)).toBe('rl-only-1000');
    expect(other()).toBeUndefined();
  });

  it('is reached by SFT, where that was evaluated', () => {
    expect(stepsOf(models).map(({ label }) => label)).toEqual(['sft']);
    expect(stepBefore(models, finalModel(models, 'grpo'))?.label).toBe('sft');
    expect(stepBefore(models, finalModel(models, 'sft'))).toBeUndefined();
  });

  it('is of the stage that the run exports, whichever model stands last', () => {
    expect(finalModel(models, 'sft').label).toBe('sft');
    expect(finalModel(models, 'rl-only').label).toBe('rl-only-1000');
  });

  it('is SFT where no milestone was evaluated', () => {
    expect(finalModel(orderModels([model('sft', 96), model('base', null)]), 'grpo').label).toBe('sft');
  });

  it('has no control of another step', () => {
    const without = models.filter(({ label }) => label !== 'grpo-1500');
    expect(controlOf(without, finalModel(without, 'grpo'))).toBeUndefined();
  });

  it('must have seen its images', () => {
    expect(() => finalModel(orderModels([model('grpo-1500-no-image', 1500, 'grey')]), 'grpo')).toThrow(
      'no model was evaluated with its images',
    );
  });
});
