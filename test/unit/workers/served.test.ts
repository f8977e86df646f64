/** Each activity that a workflow may call is one that a worker serves, at the queue where it is asked for. */
import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { workerRoles } from '../../../domain/names.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { queuesOf } from '../../../workers/roles.ts';
import * as activities from '../../../workflows/activities.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const { calls } = vi.hoisted(() => ({ calls: [] as string[] }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<typeof import('@temporalio/workflow')>()),
  scheduleActivity: (type: string, _: unknown, { taskQueue }: { taskQueue: string }) =>
    calls.push(`${taskQueue}: ${type}`),
}));
vi.mock('../../../workflows/attempts.ts', () => ({ persistently: (_: string, schedule: () => unknown) => schedule() }));
vi.mock('../../../workers/workflow-bundle.ts', () => ({ bundleWorkflows: () => '' }));

it('no workflow calls what no worker serves', async () => {
  const served = new Set<string>();
  const dependencies = {
    ...{ store: createMemoryStore(), environment: readEnvironment({}), logger: pino({ level: 'silent' }) },
    shutdown: new AbortController().signal,
  };
  for (const role of workerRoles) {
    for (const { taskQueue, activities: own = {} } of await queuesOf(role, dependencies)) {
      for (const name of Object.keys(own)) served.add(`${taskQueue}: ${name}`);
    }
  }
  const { activities: _, ...all } = activities;
  for (const call of Object.values(all)) {
    // Inputs are not looked at: nothing is scheduled.
    void (call as (input: object) => unknown)({});
  }
  expect(calls).toHaveLength(Object.keys(all).length);
  expect(calls.filter((call) => !served.has(call))).toEqual([]);
});
