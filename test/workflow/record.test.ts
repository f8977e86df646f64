/** What a run leaves in the store of itself. On the real server, which cancels as production does. */
import { describe, expect, it } from 'vitest';
import { unavailable, userMistake } from '../../domain/failures.ts';
import { createGate, untilCancelled } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { failureOf, resultOf, useRuns } from '../support/runs.ts';
import { startDevServer } from '../support/temporal.ts';

const runs = useRuns(startDevServer);
const { fakes } = runs;
const states = () => fakes.records.map(({ end }) => end?.state ?? null);

describe('the record of a run', () => {
  it('is written at its start and, with its result, at its end', async () => {
    const budget = { calls: 7 };
    const result = await resultOf(await runs.start({}, { recipe: smallRecipe(), budget }));
    const [first, last] = fakes.records;
    expect(states()).toEqual([null, 'COMPLETED']);
    expect(first).toMatchObject({ recipe: smallRecipe(), budget });
    expect(last).toMatchObject({ recipe: smallRecipe(), budget, startedAt: first?.startedAt });
    expect(last?.end?.result).toEqual(result);
    expect(last?.end?.progress.stages.map(({ state }) => state)).toEqual(Array(6).fill('done'));
    expect(last?.end?.progress.report).toEqual(result.report);
  });

  it('of a failed run tells the failure and the stage', async () => {
    const run = await runs.start({
      trainGrpo: async () => {
        throw userMistake('grpo.perDeviceBatchSize is 7');
      },
    });
    const failure = await failureOf(run);
    expect(states()).toEqual([null, 'FAILED']);
    const end = fakes.records.at(-1)?.end;
    expect(end).toMatchObject({ failure, result: null });
    expect(end?.progress.stages.find(({ stage }) => stage === 'grpo')).toMatchObject({ state: 'failed' });
  });

  it('of a cancelled run is written after its trainer has saved', async () => {
    const training = createGate();
    const order: string[] = [];
    const run = await runs.start({
      trainSft: () => {
        training.open();
        return untilCancelled(async () => void order.push('saved'));
      },
    });
    fakes.onRecord = async ({ end }) => void order.push(end?.state ?? 'start');
    await training.opened;
    await run.cancel();
    expect(await failureOf(run)).toMatchObject({ type: 'CancelledFailure' });
    expect(order.filter((each) => each !== 'start')).toEqual(['saved', 'CANCELLED']);
  });

  it('is not there for a recipe that is refused: nothing was begun', async () => {
    await failureOf(await runs.start({}, { recipe: { ...smallRecipe(), epochs: 4 } }));
    expect(fakes.records).toEqual([]);
  });

  it('that the store does not take neither keeps a failed run open nor hides its failure', async () => {
    const run = await runs.start({
      trainSft: async () => {
        throw userMistake('sft.batchSize is 7');
      },
    });
    fakes.onRecord = async ({ end }) => {
      if (end) throw userMistake('the bucket is read-only');
    };
    expect(await failureOf(run)).toMatchObject({ message: 'sft.batchSize is 7' });
  });

  it('is waited for at the end of a completed run while the store is away', async () => {
    let refusals = 0;
    const run = await runs.start();
    fakes.onRecord = async ({ end }) => {
      if (end && refusals++ < 2) throw unavailable('S3 cannot be reached');
    };
    await resultOf(run);
    expect(states().at(-1)).toBe('COMPLETED');
    expect(refusals).toBe(3);
  });
});
