import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createRecordActivities } from '../../../../activities/run-records.ts';
import { knownInputOf } from '../../../../cli/follow/recorded.ts';
import { readableRecipe } from '../../../../cli/follow/recorded-recipe.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { demoRecipe, smallRecipe } from '../../../support/recipes.ts';

/** Of before a task could stand only once. */
const taskTwice = smallRecipe({ evaluation: { tasks: ['diagnosis', 'diagnosis'] } });

describe('a run that Temporal has forgotten', () => {
  it('is continued and looked at by the rules that it was started with', async () => {
    const store = createMemoryStore();
    const { recordRun } = createRecordActivities({ store });
    const started = { method: 'skin-r1', startedAt: new Date(0).toISOString(), end: null };
    await new MockActivityEnvironment({
      workflowExecution: { workflowId: 'older', runId: 'first' },
      namespace: 'default',
    }).run(() => recordRun({ ...started, recipe: taskTwice }));
    const forgotten = () => Promise.reject(new WorkflowNotFoundError('not found', 'older', undefined));
    const client = {
      options: { namespace: 'default' },
      workflow: { getHandle: () => ({ fetchHistory: forgotten }) },
    } as unknown as Client; // what is asked of it
    const session = { client, store: async () => store, workers: true };
    expect(await knownInputOf(session, 'older')).toEqual({ recipe: { ...taskTwice, schema: 1 } });
  });
});

describe('a recorded recipe', () => {
  it('is none where this version cannot read it', () => {
    expect(readableRecipe('own', demoRecipe())).toEqual(demoRecipe());
    expect(readableRecipe('older', taskTwice)).toEqual({ ...taskTwice, schema: 1 });
    expect(readableRecipe('other', { ...demoRecipe(), method: 'unheard-of' })).toBeNull();
  });
});
