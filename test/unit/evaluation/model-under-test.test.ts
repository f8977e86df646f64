import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  baseModel,
  checkpointId,
  findModel,
  type ModelUnderTest,
  modelId,
  modelNamed,
  modelOf,
  modelOrder,
  modelShortTitle,
  modelTitle,
  onGrey,
} from '../../../domain/evaluation/model-under-test.ts';
import { stageNames, stages } from '../../../domain/stages/index.ts';

const trained = fc.record({
  stage: fc.constantFrom(...stageNames),
  step: fc.nat(100_000),
  image: fc.constantFrom('real' as const, 'grey' as const),
});
const model = fc.oneof(trained, fc.constantFrom(baseModel, onGrey(baseModel)));

describe('a model under test', () => {
  it('is found by its id alone, with the step where the id has one', () => {
    fc.assert(
      fc.property(model, (own) => {
        const hasStep = own.stage !== 'base' && stages[own.stage].perStep;
        expect(modelNamed(modelId(own))).toEqual({ ...own, step: hasStep ? own.step : null });
      }),
    );
    expect(modelNamed('final')).toBeNull();
    expect(modelNamed('sft-96')).toBeNull();
  });

  it.each<[ModelUnderTest, string, string, string]>([
    [baseModel, 'base', 'Base model', 'Base'],
    [onGrey(baseModel), 'base-no-image', 'Base model, grey image', 'Base, grey'],
    [{ stage: 'sft', step: 96, image: 'real' }, 'sft', 'SFT', 'SFT'],
    [{ stage: 'sft', step: 96, image: 'grey' }, 'sft-no-image', 'SFT, grey image', 'SFT, grey'],
    [{ stage: 'grpo', step: 60, image: 'real' }, 'grpo-60', 'SFT + GRPO, step 60', 'GRPO 60'],
    [
      { stage: 'grpo', step: 60, image: 'grey' },
      'grpo-60-no-image',
      'SFT + GRPO, step 60, grey image',
      'GRPO 60, grey',
    ],
    [{ stage: 'rl-only', step: 60, image: 'real' }, 'rl-only-60', 'RL without SFT, step 60', 'RL only 60'],
    [
      { stage: 'rl-only', step: 60, image: 'grey' },
      'rl-only-60-no-image',
      'RL without SFT, step 60, grey image',
      'RL only 60, grey',
    ],
  ])('%o is %s', (value, id, title, short) => {
    expect([modelId(value), modelTitle(value), modelShortTitle(value)]).toEqual([id, title, short]);
  });

  it('has an id for each of its checkpoints, which is its own where it is known by its step', () => {
    expect(checkpointId({ stage: 'sft', step: 96 })).toBe('sft-96');
    expect(checkpointId({ stage: 'grpo', step: 60 })).toBe(modelId({ stage: 'grpo', step: 60, image: 'real' }));
  });

  it('is told by its id and its step, whichever it is', () => {
    fc.assert(
      fc.property(model, (value) => {
        expect(modelOf({ label: modelId(value), step: value.step })).toEqual(value);
      }),
    );
  });

  it('has an id of its own among the models of a run, but that a stage without steps has one model', () => {
    fc.assert(
      fc.property(trained, trained, (a, b) => {
        const same = a.stage === b.stage && a.image === b.image && (a.step === b.step || !stages[a.stage].perStep);
        expect(modelId(a) === modelId(b)).toBe(same);
      }),
    );
  });

  it.each(['mine', 'grpo-61', 'grpo', 'grpo-060', 'rl-only-no-image', 'sft-60', '', 'base-60'])(
    'of %j at step 60 there is none, or the one of a label by its stage alone',
    (label) => expect(modelOf({ label, step: 60 })?.stage ?? null).toBe(label === 'grpo' ? 'grpo' : null),
  );

  it('stands in one order, whatever order they come in', () => {
    const ids = ['base', 'rl-only-500', 'rl-only-1000', 'sft', 'grpo-500', 'grpo-1000', 'sft-no-image'];
    const values = ids.map((label) => modelOf({ label, step: Number(/\d+/.exec(label)?.[0] ?? 0) }) ?? baseModel);
    fc.assert(
      fc.property(fc.shuffledSubarray(values, { minLength: values.length }), (shuffled) => {
        expect(shuffled.toSorted(modelOrder).map(modelId)).toEqual(ids);
      }),
    );
  });

  it('is found among the results of a workflow by what it is', () => {
    const evaluation = { kind: 'evaluation', key: 'e', sha256: 'a'.repeat(64) } as const;
    const results = ['grpo-60', 'grpo-60-no-image'].map((label) => ({ label, step: 60, evaluation, scores: [] }));
    expect(findModel(results, { stage: 'grpo', step: 60, image: 'real' })?.label).toBe('grpo-60');
    expect(findModel(results, { stage: 'grpo', step: 60, image: 'grey' })?.label).toBe('grpo-60-no-image');
    expect(findModel(results, { stage: 'grpo', step: 40, image: 'real' })).toBeUndefined();
    expect(findModel(results, { stage: 'rl-only', step: 60, image: 'real' })).toBeUndefined();
  });
});
