import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withActivityFailures } from '../../activities/failures.ts';
import { createReviewActivities } from '../../activities/reviews/activities.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { portOf, serveReviews } from '../../cli/review/review.ts';
import { createNotifier, notifyRun, reviewsOf } from '../../cli/review/run-wait.ts';
import { searchAttributesOf } from '../../cli/runs.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { CertifiedResult } from '../../domain/contracts/narratives.ts';
import { taskQueues } from '../../domain/names.ts';
import { certifiedSchema } from '../../domain/recipe/narratives.ts';
import type { ShownCase } from '../../domain/reviews/page.ts';
import { FakeActivities } from '../support/fake-activities.ts';
import { silent } from '../support/finished-run.ts';
import { reviewPlace } from '../support/review-place.ts';
import { allScores } from '../support/reviews.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../support/temporal.ts';

it('a run waits until two people have reviewed all of its cases over HTTP, and certifies them', async () => {
  const place = await reviewPlace(4);
  const { store } = place;
  const fakes = new FakeActivities();
  fakes.begin({});
  const reviewing = createReviewActivities({
    store,
    environment: { scratch: tmpdir() },
    logger: silent,
    scoreDrawn: async () => new Map(),
  });
  const bundle = await bundleWorkflows(fileURLToPath(new URL('../support/review-run/index.ts', import.meta.url)));
  const environment = await startDevServer();
  const { client } = environment;
  const stop = await startWorkers(environment, bundle, {
    ...fakes.byQueue,
    [taskQueues.cpu]: withActivityFailures(reviewing),
  });
  try {
    const recipe = { name: 'served', seed: 1, prompts: 'paper', certified: certifiedSchema.parse({ cases: 3 }) };
    const run = await client.workflow.start('reviewOnly', {
      taskQueue: taskQueues.orchestrator,
      workflowId: 'served',
      args: [{ recipe, narratives: place.set }],
      typedSearchAttributes: searchAttributesOf('served', 'review'),
    });
    const isWaiting = async () => (await reviewsOf(client, 'served').catch(() => null))?.waiting;
    await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true);
    const wait = await reviewsOf(client, 'served');
    expect(wait.count).toBe(3);
    const notifier = createNotifier(notifyRun(client, 'served'));
    const session = { client, store: async () => store };
    // The run's own port is taken by the first server: the second one takes another.
    const first = await serveReviews(session, 'served', wait, {}, notifier);
    const second = await serveReviews(session, 'served', wait, {}, notifier);
    expect(first.port).toBe(portOf('served'));
    expect(second.port).not.toBe(first.port);
    for (const [reviewer, server] of [
      ['Ada', first],
      ['Ben', second],
    ] as const) {
      for (let i = 0; i < 3; i += 1) {
        const asked = await fetch(`${server.address}case?reviewer=${reviewer}`);
        // The server is our own, and its answer is of this form.
        const { case: shown } = (await asked.json()) as { case: ShownCase };
        const { id, turn } = shown;
        const body = JSON.stringify({
          id,
          turn,
          reviewer,
          verdict: 'scored',
          scores: allScores(4),
          text: null,
          note: null,
        });
        const headers = { 'Content-Type': 'application/json' };
        const saved = await fetch(`${server.address}reviews`, { method: 'POST', headers, body });
        expect(await saved.json()).toEqual({ saved: true });
      }
    }
    const { certified, counts }: CertifiedResult = await run.result();
    expect(counts).toMatchObject({ certified: 3, skipped: 0, settled: 0 });
    const { name, schema } = artifactFiles.certified.certified;
    for (const { reviewers, kind } of await readJsonLines(store, certified, name, schema))
      expect([reviewers, kind]).toEqual([['Ada', 'Ben'], 'person']);
    await notifier.close();
    await Promise.all([first.close(), second.close()]);
  } finally {
    await stop();
    await environment.teardown();
  }
}, 120_000);
