/** `dermflow review` as a process, over Temporal and S3: killed while people review, started again, and at a run's end. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withActivityFailures } from '../../../activities/failures.ts';
import { createReviewActivities } from '../../../activities/reviews/activities.ts';
import { reviewsOf } from '../../../cli/review/run-wait.ts';
import { searchAttributesOf } from '../../../cli/runs.ts';
import type { CertifiedResult } from '../../../domain/contracts/narratives.ts';
import { taskQueues } from '../../../domain/names.ts';
import { certifiedSchema } from '../../../domain/recipe/narratives.ts';
import type { ShownCase } from '../../../domain/reviews/page.ts';
import { FakeActivities } from '../../support/fake-activities.ts';
import { silent } from '../../support/finished-run.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { reviewPlace } from '../../support/review-place.ts';
import { allScores } from '../../support/reviews.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';
import { dermflow } from '../../support/start.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../../support/temporal.ts';

let [home, folder]: [Home | undefined, string] = [undefined, ''];
let s3: S3Server;
let environment: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dermflow-reviews-'));
  home = await makeHome();
  s3 = await startS3Server();
  environment = await startDevServer();
  const bundle = await bundleWorkflows(fileURLToPath(new URL('../../support/review-run/index.ts', import.meta.url)));
  const fakes = new FakeActivities();
  fakes.begin({});
  const reviewing = createReviewActivities({
    ...{ store: s3.newStore(), environment: { scratch: tmpdir() }, logger: silent },
    scoreDrawn: async () => new Map(),
  });
  stopWorkers = await startWorkers(environment, bundle, {
    ...fakes.byQueue,
    [taskQueues.cpu]: withActivityFailures(reviewing),
  });
});
afterAll(async () => {
  await stopWorkers?.();
  await environment?.teardown();
  await s3?.remove();
  await home?.remove();
  await rm(folder, { recursive: true, force: true });
});

const command = (...args: string[]) =>
  execa(process.execPath, [dermflow, 'review', ...args], {
    env: {
      ...home?.env,
      TEMPORAL_ADDRESS: environment.address,
      DERMFLOW_S3_ENDPOINT: s3.settings.endpoint,
      AWS_ACCESS_KEY_ID: s3.secrets.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.secrets.secretAccessKey,
    },
    reject: false,
  });

/** The address that a server prints. */
async function addressOf(server: ReturnType<typeof command>): Promise<string> {
  const line = server.stdout && once(createInterface(server.stdout), 'line');
  const [printed] = await Promise.race([line, server.then(({ stderr }) => Promise.reject(new Error(String(stderr))))]);
  return JSON.parse(String(printed)).address;
}

/** Judges the next case; false where there is none. */
async function judge(address: string, reviewer: string): Promise<boolean> {
  // The server is our own, and its answer is of this form.
  const asked = (await (await fetch(`${address}case?reviewer=${reviewer}`)).json()) as { case: ShownCase | null };
  if (!asked.case) return false;
  const { id, turn } = asked.case;
  const given = { id, turn, reviewer, verdict: 'scored', scores: allScores(4), text: null, note: null };
  const headers = { 'Content-Type': 'application/json' };
  const saved = await fetch(`${address}reviews`, { method: 'POST', headers, body: JSON.stringify(given) });
  expect(await saved.json()).toEqual({ saved: true });
  return true;
}

describe('dermflow review', () => {
  it('serves, is killed, serves again with all reviews there, exchanges them, and ends with the run', async () => {
    const place = await reviewPlace(3, undefined, {}, s3.newStore());
    const recipe = { name: 'people', seed: 1, prompts: 'paper', certified: certifiedSchema.parse({}) };
    const run = await environment.client.workflow.start('reviewOnly', {
      taskQueue: taskQueues.orchestrator,
      workflowId: 'people',
      args: [{ recipe, narratives: place.set }],
      typedSearchAttributes: searchAttributesOf('people', 'review'),
    });
    const isWaiting = async () => (await reviewsOf(environment.client, 'people').catch(() => null))?.waiting;
    await expect.poll(isWaiting, { timeout: 30_000 }).toBe(true);
    const first = command('people', '--json');
    const address = await addressOf(first);
    expect(await judge(address, 'Ada')).toBe(true);
    expect(await judge(address, 'Ben')).toBe(true);
    first.kill('SIGKILL');
    await first;

    const file = join(folder, 'reviews.jsonl');
    expect(await command('people', '--export', file)).toMatchObject({ exitCode: 0, stdout: `2 reviews in ${file}` });
    const [row] = (await readFile(file, 'utf8')).split('\n');
    // Cem reviews elsewhere what Ada has judged, with a mistake at first.
    const elsewhere = { ...JSON.parse(row ?? ''), reviewer: 'Cem' };
    await writeFile(file, `${JSON.stringify({ ...elsewhere, scores: { ...elsewhere.scores, safety: 9 } })}\n`);
    expect(await command('people', '--import', file)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/reviews\.jsonl: row 1: scores\.safety: /),
    });
    await writeFile(file, `${JSON.stringify(elsewhere)}\n`);
    expect((await command('people', '--import', file)).stdout).toMatch(
      /^1 reviews written, 0 stood there already; 1 of 3/,
    );

    const second = command('people', '--json');
    const again = await addressOf(second);
    expect(new URL(again).port).toBe(new URL(address).port);
    expect(again).not.toBe(address);
    expect((await fetch(address)).status).toBe(404);
    const state = await (await fetch(`${again}state?reviewer=Ada`)).json();
    expect(state).toMatchObject({ own: { judged: 1 }, counts: { certified: 1 }, reviewers: ['Ada', 'Ben', 'Cem'] });
    for (const reviewer of ['Ada', 'Ben']) while (await judge(again, reviewer));
    const { counts }: CertifiedResult = await run.result();
    expect(counts.certified).toBe(3);
    second.kill('SIGINT');
    expect((await second).exitCode).toBe(0);

    expect(await command('people')).toMatchObject({
      exitCode: 2,
      stderr: 'run people is completed and waits for no reviews',
    });
    const nobody = await command('nobody', '--json');
    expect(nobody.exitCode).toBe(2);
    expect(JSON.parse(nobody.stdout)).toMatchObject({
      error: { message: expect.stringContaining('there is no run "nobody"') },
    });
  }, 180_000);
});
