import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../domain/contracts/run.ts';
import { needsPerson } from '../../domain/failures.ts';
import { emptyAccount } from '../../domain/llm-account.ts';
import { queries, signals } from '../../domain/names.ts';
import { evaluation, reference } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { resultOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const { fakes } = runs;

describe('a spent budget', () => {
  it('makes the run wait for a person, who raises it; nothing else goes on by itself', async () => {
    const account = {
      ...emptyAccount(),
      requests: 9,
      fromLedger: 4,
      calls: 9,
      writtenFrom: '2026-11-03T10:00:00Z',
      writtenTo: '2026-11-03T11:00:00Z',
    };
    const run = await runs.start(
      {
        evaluateModel: async ({ label, checkpoint }) => evaluation(label, checkpoint?.step ?? null),
        synthesiseTrajectories: async ({ budget }) => {
          if ((budget?.calls ?? 0) < 10) throw needsPerson('the budget is spent');
          return {
            trajectories: reference('trajectories', 'all'),
            counts: { train: 32, validation: 2, llmCalls: 4, rejected: 0 },
            llm: account,
          };
        },
      },
      { recipe: smallRecipe({ grpo: { milestones: [20], rlOnlyMilestones: [] } }) },
    );
    const progress = (): Promise<RunProgress> => run.query<RunProgress>(queries.progress);
    const waiting = [{ activity: 'synthesiseTrajectories-1', reason: 'the budget is spent' }];
    await expect.poll(async () => (await progress()).waitsFor, { timeout: 20_000 }).toEqual(waiting);
    expect(fakes.names('synthesise')).toHaveLength(1);
    // What is no budget, and a resume that raises none, leave it waiting.
    await run.signal(signals.setBudget, { calls: 'many' });
    await run.signal(signals.retryNow, ['synthesiseTrajectories-1']);
    await expect.poll(() => fakes.names('synthesise').length, { timeout: 20_000 }).toBe(2);
    await expect.poll(async () => (await progress()).waitsFor, { timeout: 20_000 }).toEqual(waiting);
    await run.signal(signals.setBudget, { calls: 10 });
    await run.signal(signals.retryNow, ['synthesiseTrajectories-1']);
    await resultOf(run);
    expect(fakes.names('synthesise')).toHaveLength(3);
    const { waitsFor, stages } = await progress();
    expect(waitsFor).toEqual([]);
    expect(stages.find(({ stage }) => stage === 'trajectories')?.detail).toBe(
      '4 of 9 from the ledger, written on 2026-11-03',
    );
    const report = fakes.calls.find(({ name }) => name.startsWith('writeReport'));
    expect(report?.input).toMatchObject({ spent: [{ stage: 'trajectories', account }] });
  });
});
