/** On the real server, which cancels as production does. */
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { DermflowError, failureTypes, finalFailures, userMistake } from '../../domain/failures.ts';
import { evaluationId, signals } from '../../domain/names.ts';
import { createGate, evaluation, stretch, untilCancelled } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { failureOf, progressOf, resultOf, useRuns } from '../support/runs.ts';
import { startDevServer } from '../support/temporal.ts';

const runs = useRuns(startDevServer);
const { fakes } = runs;
const patiently = { timeout: 30_000 };

describe('a final failure', () => {
  it.each(finalFailures)('%s ends the run at its first attempt, in its own words', async (type) => {
    const run = await runs.start({
      trainGrpo: async () => {
        throw new DermflowError(type, 'grpo.perDeviceBatchSize is 7');
      },
    });
    expect(await failureOf(run)).toEqual({ type, message: 'grpo.perDeviceBatchSize is 7' });
    expect(fakes.names('trainGrpo')).toEqual(['trainGrpo 20']);
    const { failure, stages } = await progressOf(run);
    expect(failure).toBe('grpo.perDeviceBatchSize is 7');
    expect(stages.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'failed', 'waiting', 'waiting']);
  });

  it('that is an evaluation lets training and the other evaluations go on, and fails the run at its end', async () => {
    const run = await runs.start({
      evaluateModel: async ({ label, checkpoint }) => {
        if (label === 'base') throw userMistake('evaluation.batchSize does not fit');
        return evaluation(label, checkpoint?.step ?? null);
      },
    });
    expect(await failureOf(run)).toEqual({
      type: failureTypes.userMistake,
      message: 'evaluation.batchSize does not fit',
    });
    expect(fakes.names('trainGrpo')).toHaveLength(4);
    expect(fakes.names('evaluateModel')).toHaveLength(11); // without the grey one of the base, which follows it
    expect(fakes.names('exportAdapter', 'writeReport')).toEqual([]);
    const progress = await progressOf(run);
    expect(progress.evaluations).toHaveLength(10);
    expect(progress.stages.find(({ stage }) => stage === 'evaluation')).toMatchObject({
      state: 'failed',
      detail: 'evaluation.batchSize does not fit',
    });
  });
});

describe('a malformed input', () => {
  it.each([
    ['null', null, 'recipe: (top level) is missing'],
    ['no recipe', {}, 'recipe: (top level) is missing'],
    ['text that is no YAML', { recipe: 'name: [demo' }, 'recipe: '],
    ['text that is no recipe', { recipe: 'demo' }, 'recipe: (top level) is "demo"'],
    ['a number for a recipe', { recipe: 3 }, 'recipe: (top level) is 3'],
    ['an unknown field', { recipe: { ...smallRecipe(), epochs: 4 } }, 'recipe: unknown field "epochs"'],
    [
      'a milestone beyond the plan',
      { recipe: smallRecipe({ grpo: { rlOnlyMilestones: [51] } }) },
      'recipe: grpo.steps is ',
    ],
  ])('%s is a user mistake, and nothing is done', async (_, input, message) => {
    const failure = await failureOf(await runs.start({}, input));
    expect(failure.type).toBe(failureTypes.userMistake);
    expect(failure.message).toContain(message);
    expect(fakes.names()).toEqual([]);
  });
});

describe('a cancelled run', () => {
  it('waits for the checkpoint of its trainer and for its evaluations', async () => {
    const [training, evaluating] = [createGate(), createGate()];
    const ends = new Set<string>();
    const run = await runs.start({
      trainGrpo: () => {
        training.open();
        return untilCancelled(async () => {
          await new Promise((resolve) => setTimeout(resolve, 300));
          ends.add('saved');
        });
      },
      evaluateModel: () => {
        evaluating.open();
        return untilCancelled(async () => void ends.add('evaluation stopped'));
      },
    });
    await Promise.all([training.opened, evaluating.opened]);
    await run.cancel();
    expect(await failureOf(run)).toMatchObject({ type: 'CancelledFailure' });
    expect(ends).toEqual(new Set(['saved', 'evaluation stopped']));
    expect(await cancelledActivities(run)).toEqual(['trainGrpo-1']);
    const child = runs.environment.client.workflow.getHandle(evaluationId(run.workflowId, 'base'));
    expect((await child.describe()).status.name).toBe('CANCELLED');
    const { stages, failure } = await progressOf(run);
    expect(failure).toBeNull();
    expect(stages.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'waiting', 'waiting', 'waiting']);
  });

  it('ends as cancelled where the trainer breaks off instead of saving', async () => {
    const training = createGate();
    const run = await runs.start({
      trainSft: () => {
        training.open();
        return untilCancelled(async () => {
          throw new DermflowError(failureTypes.trainerCrashed, 'the trainer ended by signal SIGKILL');
        });
      },
    });
    await training.opened;
    await run.cancel();
    expect(await failureOf(run)).toMatchObject({ type: 'CancelledFailure' });
    expect(fakes.names('trainSft')).toHaveLength(1);
  });
});

describe('a failed run', () => {
  it('stops its evaluations first, so that it can start again under its id at once', async () => {
    const evaluating = createGate();
    const failed = await runs.start({
      evaluateModel: () => {
        evaluating.open();
        return untilCancelled();
      },
      trainSft: async () => {
        await evaluating.opened;
        throw userMistake('sft.perDeviceBatchSize does not fit');
      },
    });
    expect(await failureOf(failed)).toMatchObject({ type: failureTypes.userMistake });
    const child = runs.environment.client.workflow.getHandle(evaluationId(failed.workflowId, 'base'));
    expect((await child.describe()).status.name).toBe('CANCELLED');

    const again = await runs.start({}, { recipe: smallRecipe() }, failed.workflowId);
    expect((await resultOf(again)).evaluations).toHaveLength(12);
  });
});

describe('retryNow', () => {
  it.each([
    ['trainGrpo', 'trainGrpo-1'],
    ['evaluateModel', 'evaluateModel-1'],
  ] as const)('ends the back-off of %s', async (activity, id) => {
    const failed = createGate();
    let calls = 0;
    const inAnHour = async (): Promise<never> => {
      failed.open();
      throw ApplicationFailure.create({ message: 'away', type: failureTypes.unavailable, nextRetryDelay: '1 hour' });
    };
    const run = await runs.start({
      trainGrpo: async ({ sft, stopAt }) =>
        activity === 'trainGrpo' && calls++ === 0 ? inAnHour() : stretch(sft ? 'grpo' : 'rl-only', stopAt),
      evaluateModel: async ({ label }) =>
        activity === 'evaluateModel' && label === 'base' && calls++ === 0 ? inAnHour() : evaluation(label, 1),
    });
    await failed.opened;
    const target = activity === 'trainGrpo' ? run.workflowId : evaluationId(run.workflowId, 'base');
    const handle = runs.environment.client.workflow.getHandle(target);
    await expect.poll(async () => (await handle.describe()).raw.pendingActivities?.[0]?.attempt, patiently).toBe(2);
    await handle.signal(signals.retryNow, [id]);
    // The server's clock jumps only while a result is waited for; until then an hour is an hour.
    await expect.poll(async () => (await progressOf(run)).report, patiently).not.toBeNull();
    expect(fakes.calls.filter(({ activityId }) => activityId === id).map(({ attempt }) => attempt)).toContain(1);
    const names = fakes.names(activity === 'trainGrpo' ? 'trainGrpo 20' : 'evaluateModel base');
    expect(names.filter((name) => !name.endsWith('no-image'))).toHaveLength(2);
    await resultOf(run);
  });

  it('stops a running activity, which saves, and starts it again under its id', async () => {
    const training = createGate();
    const saved: string[] = [];
    const run = await runs.start({
      trainSft: async ({ epoch }) => {
        if (fakes.names('trainSft').length > 1) return stretch('sft', 2 * epoch);
        training.open();
        return untilCancelled(async () => void saved.push('checkpoint'));
      },
    });
    await training.opened;
    await run.signal(signals.retryNow, ['trainSft-1']);
    await resultOf(run);
    expect(saved).toEqual(['checkpoint']);
    const ids = fakes.calls.filter(({ name }) => name.startsWith('trainSft')).map(({ activityId }) => activityId);
    expect(ids).toEqual(['trainSft-1', 'trainSft-1', 'trainSft-2']);
  });

  it('passes over ids that are not pending and payloads that are no ids', async () => {
    const training = createGate();
    const run = await runs.start({
      trainSft: async ({ epoch }) => {
        await training.opened;
        return stretch('sft', 2 * epoch);
      },
    });
    for (const args of [[['trainGrpo-9', '']], [null], [7], []]) await run.signal(signals.retryNow, ...args);
    training.open();
    await resultOf(run);
    expect(fakes.names('trainSft')).toEqual(['trainSft 1', 'trainSft 2']);
  });
});

/** Ids of the activities whose own end, as cancelled, the run waited for. */
async function cancelledActivities(run: WorkflowHandle): Promise<string[]> {
  const events = (await run.fetchHistory()).events ?? [];
  return events.flatMap(({ activityTaskCanceledEventAttributes: cancelled }) => {
    const scheduled = events.find(({ eventId }) => cancelled?.scheduledEventId?.eq(eventId ?? -1));
    return scheduled?.activityTaskScheduledEventAttributes?.activityId ?? [];
  });
}
