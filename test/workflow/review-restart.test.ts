import { fileURLToPath } from 'node:url';
import { WorkflowNotFoundError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { rowOf } from '../../cli/follow/list.ts';
import { createClosedCheck, notifyRun, reviewsOf, whyClosed } from '../../cli/review/run-wait.ts';
import { searchAttributesOf } from '../../cli/runs.ts';
import { signals, taskQueues } from '../../domain/names.ts';
import { certifiedSchema } from '../../domain/recipe/narratives.ts';
import { FakeActivities, reference, reviewState } from '../support/fake-activities.ts';
import { progressOf } from '../support/runs.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../support/temporal.ts';

it('a run that waits for reviews is told by the command line, and goes on with another worker', async () => {
  const fakes = new FakeActivities();
  const workflowBundle = await bundleWorkflows(
    fileURLToPath(new URL('../support/review-run/index.ts', import.meta.url)),
  );
  const server = await startDevServer();
  try {
    let stop = await startWorkers(server, workflowBundle, fakes.byQueue);
    let looks = 0;
    fakes.begin({ readReviews: async () => (looks++ === 0 ? reviewState(3, 0, 0) : reviewState(0, 0, 3)) });
    const recipe = { name: 'reviews', seed: 1, prompts: 'paper', certified: certifiedSchema.parse({}) };
    const run = await server.client.workflow.start('reviewOnly', {
      taskQueue: taskQueues.orchestrator,
      workflowId: 'restarted',
      args: [{ recipe, narratives: reference('narratives', 'all') }],
      typedSearchAttributes: searchAttributesOf('reviews', 'review'),
    });
    const told = 'waits for reviews: 0 of 3 certified, 3 open; dermflow review restarted';
    const line =
      /^waits for reviews since [\d-]{10} [\d:]{5} UTC: 0 of 3 certified, 3 open; 2 people judge each case, so far Ada, Ben; dermflow review restarted$/;
    const { client } = server;
    await expect.poll(async () => (await progressOf(run)).stages[0]?.detail, { timeout: 20_000 }).toMatch(line);
    expect(looks).toBe(1);
    const row = async () => {
      for await (const info of client.workflow.list()) if (info.workflowId === 'restarted') return rowOf(info);
      return null;
    };
    await expect.poll(row, { timeout: 20_000 }).toMatchObject({ run: 'restarted', stage: 'review', waits: told });
    const wait = await reviewsOf(client, 'restarted');
    expect(wait).toMatchObject({ count: 3, set: reference('narratives', 'set'), waiting: true });
    expect(whyClosed('restarted', wait)).toBeNull();
    await expect(reviewsOf(client, 'nobody')).rejects.toThrow(WorkflowNotFoundError);
    const closed = createClosedCheck(client, 'restarted', 0);
    expect(await closed()).toBeNull();
    const notify = notifyRun(client, 'restarted');
    expect(await notify(false)).toBe(true);
    expect(await notify(false), 'another page has notified it just now').toBe(false);
    expect(await notify(false, true), 'the page closes').toBe(true);
    await stop();
    await expect(reviewsOf(client, 'restarted')).rejects.toThrow(
      'nobody answers for run restarted: start an orchestrator',
    );
    expect(await closed()).toBeNull(); // what was known last
    await run.signal(signals.reviewed, true); // while nobody is there
    stop = await startWorkers(server, workflowBundle, fakes.byQueue);
    await run.result();
    expect(looks).toBe(2);
    expect(await closed()).toBe('run restarted is completed and waits for no reviews');
    await expect.poll(row, { timeout: 20_000 }).toMatchObject({ state: 'COMPLETED' });
    expect(await row()).not.toHaveProperty('waits');
    // A method that has no reviews, one that wants none, and one that a program reviews.
    const start = (id: string, workflow: string, input: object) =>
      client.workflow.start(workflow, { taskQueue: taskQueues.orchestrator, workflowId: id, args: [input] });
    await start('without', 'skinR1', { recipe: { name: 'none' } }).then((other) => other.result().catch(() => {}));
    await expect(reviewsOf(client, 'without')).rejects.toThrow('run without is failed and waits for no reviews');
    const narratives = reference('narratives', 'all');
    for (const [id, certified] of Object.entries({ none: { cases: 0 }, scripted: { by: 'script' } }))
      await (
        await start(id, 'reviewOnly', {
          narratives,
          recipe: { ...recipe, certified: certifiedSchema.parse(certified) },
        })
      ).result();
    await expect(reviewsOf(client, 'none')).rejects.toThrow(
      'run none asks nobody for reviews: its recipe asks for no certified cases',
    );
    expect(whyClosed('scripted', await reviewsOf(client, 'scripted'))).toContain(
      'reviewed by a program (certified.by: script)',
    );
    await stop();
    await Worker.runReplayHistory({ workflowBundle }, await run.fetchHistory(), run.workflowId);
  } finally {
    await server.teardown();
  }
}, 120_000);
