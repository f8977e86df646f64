import { describe, expect, it } from 'vitest';
import { DermflowError, type FailureType, failureTypes } from '../../domain/failures.ts';
import { createGate, evaluation, stretch } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { failureOf, resultOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const { fakes } = runs;

/** A first stretch of GRPO that fails `times` times before it succeeds. */
async function runFailing(type: FailureType, times: number) {
  // The time-skipping server cannot cancel an activity that no worker has yet, so no evaluation is left to cancel.
  const evaluated = createGate();
  let calls = 0;
  const recipe = smallRecipe({ grpo: { milestones: [20], rlOnlyMilestones: [] } });
  return runs.start(
    {
      evaluateModel: async ({ label, checkpoint }) => {
        if (label === 'sft') evaluated.open();
        return evaluation(label, checkpoint?.step ?? null);
      },
      trainGrpo: async ({ stopAt }) => {
        await evaluated.opened;
        calls++;
        if (calls <= times) throw new DermflowError(type, `${type} of call ${calls}`);
        return stretch('grpo', stopAt);
      },
    },
    { recipe },
  );
}

describe('an activity that fails', () => {
  it.each([failureTypes.trainerCrashed, failureTypes.trainerStalled, failureTypes.corrupt, failureTypes.llm])(
    'by %s ends the run after eight attempts, in the words of the last',
    async (type) => {
      const run = await runFailing(type, Number.POSITIVE_INFINITY);
      expect(await failureOf(run)).toEqual({ type, message: `${type} of call 8` });
    },
  );

  it.each([
    ['by a crash, in all its attempts but one', failureTypes.trainerCrashed, 7],
    ['without a service, through rounds of attempts', failureTypes.unavailable, 19],
  ])('%s, succeeds in the end', async (_, type, times) => {
    await resultOf(await runFailing(type, times));
    expect(fakes.names('trainGrpo')).toEqual(Array(times + 1).fill('trainGrpo 20'));
  });
});
