/** Runs that Temporal has forgotten: what `status`, `report`, `list --all` and `resume` say by their records in the store. */
import { describe, expect, it } from 'vitest';
import { createRecordActivities, findRecords } from '../../../activities/run-records.ts';
import { findRuns } from '../../../cli/follow/list.ts';
import { knownResultOf, knownStatusOf } from '../../../cli/follow/recorded.ts';
import { handleOf, startRun } from '../../../cli/runs.ts';
import { startUnfinished } from '../../../cli/start/run.ts';
import { resume } from '../../../cli/steer/resume.ts';
import type { Activities } from '../../../domain/contracts/run.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { createGate, untilCancelled } from '../../support/fake-activities.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { smallRecipe } from '../../support/recipes.ts';
import { useRuns } from '../../support/runs.ts';
import { startDevServer } from '../../support/temporal.ts';

const runs = useRuns(startDevServer);
const store = createMemoryStore();
const session = () => ({ client: runs.environment.client, store: async () => store, workers: true });
const wanted = { all: true, failed: false, recipe: undefined, count: 20 };

async function start(run: string, instead: Partial<Activities> = {}, recipe: SkinR1Recipe = smallRecipe()) {
  runs.fakes.begin(instead);
  runs.fakes.onRecord = createRecordActivities({ store }).recordRun;
  return startRun(session().client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
}

/** As the namespace's retention does, with every execution of the run. */
async function forget(run: string): Promise<void> {
  const { client } = session();
  const { namespace } = client.options;
  const executions = new Set([(await handleOf(client, run).describe()).runId]);
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${run}"` })) executions.add(runId);
  const isKnown = async (runId: string): Promise<boolean> => {
    const workflowExecution = { workflowId: run, runId };
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution }).catch(() => {});
    return client.workflow
      .getHandle(run, runId)
      .describe()
      .then(
        () => true,
        () => false,
      );
  };
  const known = async () => (await Promise.all([...executions].map(isKnown))).filter(Boolean);
  await expect.poll(known, { timeout: 60_000, interval: 500 }).toEqual([]);
}

const failing: Partial<Activities> = {
  trainGrpo: async () => {
    throw userMistake('grpo.perDeviceBatchSize is 7');
  },
};

describe('a finished run that Temporal has forgotten', () => {
  it('is told by status, list --all and report, and needs no resume', async () => {
    const result = await (await start('finished')).result();
    const before = await knownStatusOf(session(), 'finished');
    expect(before).toMatchObject({ state: 'COMPLETED', forgotten: false });
    await forget('finished');
    const after = await knownStatusOf(session(), 'finished');
    expect(after).toMatchObject({ run: 'finished', state: 'COMPLETED', forgotten: true, failure: null, pending: [] });
    expect(after.progress).toEqual(before.progress);
    expect(after.startedAt).toBe(before.startedAt);
    expect(await knownResultOf(session(), 'finished')).toEqual(result);
    expect(await resume(session(), 'finished')).toMatch(/is finished; nothing to resume/);
    const rows = await findRuns(session(), wanted);
    expect(rows).toMatchObject([{ run: 'finished', state: 'COMPLETED', stage: 'report', startedAt: before.startedAt }]);
    expect(await findRuns(session(), { ...wanted, all: false })).toEqual([]);
    const [record] = await findRecords(store, 'finished', 'default');
    expect(record?.versions).toMatchObject({
      dermflow: expect.any(String),
      code: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    // Other namespaces may share the bucket.
    expect(await findRecords(store, 'finished', 'other')).toEqual([]);
  });
});

describe('a failed run that Temporal has forgotten', () => {
  it('is told with its failure, and resume starts it again from the recorded recipe', async () => {
    const recipe = { ...smallRecipe(), seed: 91 };
    await expect((await start('failed', failing, recipe)).result()).rejects.toThrow();
    await forget('failed');
    expect(await knownStatusOf(session(), 'failed')).toMatchObject({
      state: 'FAILED',
      failure: 'grpo.perDeviceBatchSize is 7',
      failureType: 'UserMistake',
      forgotten: true,
    });
    await expect(knownResultOf(session(), 'failed')).rejects.toThrow(/run failed is failed and has no report yet/);
    expect(await findRuns(session(), { ...wanted, failed: true })).toMatchObject([{ run: 'failed', state: 'FAILED' }]);
    runs.fakes.begin({});
    runs.fakes.onRecord = createRecordActivities({ store }).recordRun;
    expect(await resume(session(), 'failed', { calls: 9 })).toMatch(/run failed continues/);
    await handleOf(session().client, 'failed').result();
    expect(runs.fakes.records.at(-1)).toMatchObject({ recipe, budget: { calls: 9 } });
    // Each execution has its own record; the newest tells.
    const records = await findRecords(store, 'failed', 'default');
    expect(records.map(({ end }) => end?.state)).toEqual(['COMPLETED', 'FAILED']);
    await forget('failed');
    expect(await knownStatusOf(session(), 'failed')).toMatchObject({ state: 'COMPLETED' });
  });
});

describe('a run that was deleted while it was open', () => {
  it('is told as unknown, and resume continues it', async () => {
    const training = createGate();
    await start('open', {
      trainSft: () => {
        training.open();
        return untilCancelled();
      },
    });
    await training.opened;
    await handleOf(session().client, 'open').terminate();
    await forget('open');
    expect(await knownStatusOf(session(), 'open')).toMatchObject({ state: 'UNKNOWN', closedAt: null, forgotten: true });
    await expect(knownResultOf(session(), 'open')).rejects.toThrow(/run open is unknown and has no report yet/);
    runs.fakes.begin({});
    expect(await resume(session(), 'open')).toMatch(/run open continues/);
    await handleOf(session().client, 'open').result();
  });
});

describe('a run that nobody knows', () => {
  it('is said not to be there, also where the store is away, whose words follow', async () => {
    await expect(knownStatusOf(session(), 'nothing')).rejects.toThrow(/nothing/);
    const away = { ...session(), store: () => Promise.reject(new Error('S3 cannot be reached')) };
    await expect(knownStatusOf(away, 'nothing')).rejects.toThrow(/knows no run "nothing".*S3 cannot be reached/);
  });
});

describe('dermflow run of a finished run', () => {
  /** The words that refuse it. */
  const refusalOf = (place = session()): Promise<string> =>
    startUnfinished(place, smallRecipe(), 'again').then(
      () => 'started',
      (error: Error) => error.message,
    );

  it('says what to do, in the same words when Temporal has forgotten it; another name runs', async () => {
    await (await start('again')).result();
    const known = await refusalOf();
    expect(known).toMatch(/^run "again" is finished; "dermflow report again" shows its results\. .* --as NAME /);
    await forget('again');
    expect(await refusalOf()).toBe(known);
    await (await startUnfinished(session(), smallRecipe(), 'another-name')).result();
  });

  it('starts where the record cannot be read, and one that failed', async () => {
    const away = { ...session(), store: () => Promise.reject(new Error('S3 cannot be reached')) };
    expect(await refusalOf(away)).toBe('started');
    await handleOf(session().client, 'again').result();
    await expect((await start('broken', failing)).result()).rejects.toThrow();
    await forget('broken');
    runs.fakes.begin({});
    await (await startUnfinished(session(), smallRecipe(), 'broken')).result();
  });
});
