import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { attributesOf } from '../../cli/runs.ts';
import { signals, taskQueues } from '../../domain/names.ts';
import { certifiedSchema } from '../../domain/recipe/narratives.ts';
import { FakeActivities, reference, reviewState } from '../support/fake-activities.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../support/temporal.ts';

it('a run that waits for reviews goes on with another worker, and what was signalled meanwhile is not lost', async () => {
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
      typedSearchAttributes: attributesOf('reviews', 'review'),
    });
    await expect.poll(() => looks, { timeout: 20_000 }).toBe(1);
    await stop();
    await run.signal(signals.reviewed, true); // while nobody is there
    stop = await startWorkers(server, workflowBundle, fakes.byQueue);
    await run.result();
    expect(looks).toBe(2);
    await stop();
    await Worker.runReplayHistory({ workflowBundle }, await run.fetchHistory(), run.workflowId);
  } finally {
    await server.teardown();
  }
}, 120_000);
