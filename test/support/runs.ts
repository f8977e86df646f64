/** Runs of `skinR1` with fake activities, for the tests of a file, which use them one after another. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, type DataConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll } from 'vitest';
import { searchAttributesOf } from '../../cli/runs.ts';
import type { RunProgress, RunResult } from '../../domain/contracts/run.ts';
import { skinR1Method } from '../../domain/methods/skin-r1/method.ts';
import { queries, taskQueues } from '../../domain/names.ts';
import { FakeActivities, type Faked } from './fake-activities.ts';
import { smallRecipe } from './recipes.ts';
import { bundleWorkflows, startTimeSkipping, startWorkers } from './temporal.ts';

export interface Runs {
  readonly environment: TestWorkflowEnvironment;
  readonly fakes: FakeActivities;
  /** Starts a run of a recipe or of any other input; `instead` replaces activities until the next start. */
  start(instead?: Partial<Faked>, input?: unknown, workflowId?: string, workflow?: string): Promise<WorkflowHandle>;
}

/** Starts server and workers before the tests of the file, and stops them after. */
export function useRuns(
  startServer: () => Promise<TestWorkflowEnvironment> = startTimeSkipping,
  dataConverter: DataConverter = {},
): Runs {
  const fakes = new FakeActivities();
  let environment: TestWorkflowEnvironment | undefined;
  let stopWorkers: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const bundle = bundleWorkflows(undefined, dataConverter);
    environment = await startServer();
    stopWorkers = await startWorkers(environment, await bundle, fakes.byQueue, dataConverter);
  });
  afterAll(async () => {
    await stopWorkers?.();
    await environment?.teardown();
  });
  const started = (): TestWorkflowEnvironment => {
    if (!environment) throw new Error('the server starts before the first test, not before');
    return environment;
  };
  return {
    fakes,
    get environment() {
      return started();
    },
    start: (
      instead = {},
      input = { recipe: smallRecipe() },
      workflowId = `run-${randomUUID()}`,
      workflow = skinR1Method.workflow,
    ) => {
      fakes.begin(instead);
      const typedSearchAttributes = searchAttributesOf('test');
      const options = { taskQueue: taskQueues.orchestrator, workflowId, args: [input], typedSearchAttributes };
      return started().client.workflow.start(workflow, options);
    },
  };
}

export const resultOf = (run: WorkflowHandle): Promise<RunResult> => run.result();

export const progressOf = (run: WorkflowHandle): Promise<RunProgress> => run.query<RunProgress>(queries.progress);

/** Type and message of the failure that a run ends with. Throws where it does not fail. */
export async function failureOf(run: WorkflowHandle): Promise<{ type: string; message: string }> {
  const error: unknown = await run.result().then(
    () => new Error('the run did not fail'),
    (reason) => reason,
  );
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? '', message: cause.message };
  return { type: cause?.name ?? '', message: cause?.message ?? '' };
}
