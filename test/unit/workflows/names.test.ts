import { ActivityCancellationType } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { finalFailures } from '../../../domain/failures.ts';
import { methods } from '../../../domain/methods/index.ts';
import { evaluationId, queries, searchAttributes, signals, taskQueues, workflowTypes } from '../../../domain/names.ts';
import { retryNow } from '../../../workflows/attempts.ts';
import * as exported from '../../../workflows/index.ts';
import * as exportedProfiles from '../../../workflows/profiles.ts';
import { progressQuery } from '../../../workflows/progress.ts';

/** Others outside this repository may rely on these: clients, dashboards, open runs. */
describe('names', () => {
  it('of workflow types and methods are those of the exported functions', () =>
    expect(Object.keys(exported).toSorted()).toEqual(
      [...methods.map(({ workflow }) => workflow), ...Object.values(workflowTypes)].toSorted(),
    ));

  it('of the signal and the query are those that the workflows listen to', () => {
    expect(retryNow.name).toBe(signals.retryNow);
    expect(progressQuery.name).toBe(queries.progress);
  });

  it('stay as they are', () =>
    expect({
      ...{ taskQueues, workflowTypes, queries, signals, searchAttributes },
      methods: methods.map(({ workflow }) => workflow),
    }).toEqual({
      taskQueues: {
        orchestrator: 'dermflow',
        cpu: 'dermflow-cpu',
        llm: 'dermflow-llm',
        gpu: 'dermflow-gpu',
        evaluation: 'dermflow-evaluation',
      },
      workflowTypes: {
        evaluateCheckpoint: 'evaluateCheckpoint',
        evaluateModels: 'evaluateModels',
        nightlyEvaluation: 'nightlyEvaluation',
      },
      methods: ['skinR1', 'skinGptR1'],
      queries: { progress: 'progress', review: 'review' },
      signals: { retryNow: 'retryNow', setBudget: 'setBudget', reviewed: 'reviewed' },
      searchAttributes: { recipe: 'DermflowRecipe', part: 'DermflowStage', verdict: 'DermflowVerdict' },
    }));

  it('of evaluations depend on the run', () =>
    expect(evaluationId('demo-1', 'grpo-500')).toBe('demo-1/evaluate/grpo-500'));
});

describe('profiles', () => {
  const profiles = { ...exportedProfiles };
  it.each([
    ['cpuWork', 'dermflow-cpu', '12 hours', '30 seconds'],
    ['llmCalls', 'dermflow-llm', '2 days', '30 seconds'],
    ['training', 'dermflow-gpu', '14 days', '1 minute'],
    ['evaluation', 'dermflow-evaluation', '1 day', '1 minute'],
  ] as const)('%s: queue %s, at most %s, silent for %s', (name, taskQueue, startToCloseTimeout, heartbeatTimeout) =>
    expect(profiles[name]).toEqual({
      taskQueue,
      startToCloseTimeout,
      heartbeatTimeout,
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      retry: {
        initialInterval: '1 second',
        backoffCoefficient: 2,
        maximumInterval: '1 minute',
        maximumAttempts: 8,
        nonRetryableErrorTypes: [...finalFailures],
      },
    }),
  );

  it('records of runs: a small object each, written by the orchestrator, the brief one for whoever must end', () => {
    expect(profiles.recording).toMatchObject({ taskQueue: 'dermflow', startToCloseTimeout: '1 minute' });
    expect(profiles.briefRecording).toEqual({ ...profiles.recording, scheduleToCloseTimeout: '30 seconds' });
  });

  it('nights: judged by the orchestrator; a webhook is tried for an hour, so that it costs no night', () => {
    expect(profiles.nights).toMatchObject({ taskQueue: 'dermflow', startToCloseTimeout: '15 minutes' });
    expect(profiles.webhooks).toMatchObject({ taskQueue: 'dermflow', scheduleToCloseTimeout: '1 hour' });
  });

  it('are these eight', () => expect(Object.keys(profiles)).toHaveLength(8));
});
