import { describe, expect, it } from 'vitest';
import type { ReportInput } from '../../domain/contracts/report.ts';
import type { AdapterInput } from '../../domain/contracts/training.ts';
import { stretch } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { resultOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const { fakes } = runs;

/** Rewards of the validation by step; the others as a stretch without one. */
async function runWith(rewards: Record<number, number>, patience: number | null) {
  const grpo = {
    steps: 50,
    milestones: [10, 20, 30, 40],
    rlOnlyMilestones: [10, 20],
    validation: { questions: 8, patience },
  };
  const run = await runs.start(
    {
      trainGrpo: async ({ sft, stopAt }) => {
        const plain = stretch(sft ? 'grpo' : 'rl-only', stopAt);
        const reward = rewards[stopAt];
        return reward === undefined ? plain : { ...plain, last: { ...plain.last, validation_reward: reward } };
      },
    },
    { recipe: smallRecipe({ grpo }) },
  );
  await resultOf(run);
  const inputOf = <T>(name: string) => fakes.calls.find((call) => call.name === name)?.input as T; // by its name
  return {
    trained: fakes.names('trainGrpo'),
    asked: fakes.names('evaluateModel'),
    exported: inputOf<AdapterInput>('exportAdapter'),
    report: inputOf<ReportInput>('writeReport'),
  };
}

describe('validation of GRPO', () => {
  it('keeps the best milestone: it is exported and told to the report', async () => {
    const { trained, asked, exported, report } = await runWith({ 10: 0.5, 20: 0.9, 30: 0.6, 40: 0.8 }, null);
    expect(trained.filter((name) => !name.endsWith('SFT'))).toHaveLength(4);
    expect(exported.checkpoint).toEqual(stretch('grpo', 20).checkpoint);
    // As every other one.
    expect(asked).toEqual(
      expect.arrayContaining([10, 20, 30, 40].map((step) => `evaluateModel grpo-${step}-no-image`)),
    );
    expect(report.chosen?.map(({ stage, step, stoppedEarly }) => [stage, step, stoppedEarly])).toEqual([
      ['grpo', 20, false],
      ['rl-only', 20, false],
    ]);
    expect(exported.chosen).toEqual(report.chosen);
  });

  it('ends training after as many milestones without a better one as the recipe says', async () => {
    const { trained, asked, exported, report } = await runWith({ 10: 0.9, 20: 0.5, 30: 0.6, 40: 1 }, 2);
    expect(trained.filter((name) => !name.endsWith('SFT'))).toEqual(['trainGrpo 10', 'trainGrpo 20', 'trainGrpo 30']);
    expect(asked).not.toContain('evaluateModel grpo-40');
    expect(exported.checkpoint.step).toBe(10);
    expect(report.chosen?.[0]).toMatchObject({ stage: 'grpo', step: 10, stoppedEarly: true });
  });

  it('leaves a run whose trainer told none as it is', async () => {
    const { exported, report } = await runWith({}, 1);
    expect(exported.checkpoint.step).toBe(40);
    expect(report).not.toHaveProperty('chosen');
  });
});
