import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchAttributesOf } from '../../cli/runs.ts';
import type { CertifiedResult, ReviewAnswer, ReviewState } from '../../domain/contracts/narratives.ts';
import { memo, queries, signals, taskQueues } from '../../domain/names.ts';
import { certifiedSchema } from '../../domain/recipe/narratives.ts';
import { FakeActivities, type Faked, reference, reviewState } from '../support/fake-activities.ts';
import { progressOf } from '../support/runs.ts';
import { bundleWorkflows, startTimeSkipping, startWorkers } from '../support/temporal.ts';

const fakes = new FakeActivities();
let bundle: WorkflowBundle;
let environment: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
beforeAll(async () => {
  bundle = await bundleWorkflows(fileURLToPath(new URL('../support/review-run/index.ts', import.meta.url)));
  environment = await startTimeSkipping();
  stopWorkers = await startWorkers(environment, bundle, fakes.byQueue);
});
afterAll(async () => {
  await stopWorkers?.();
  await environment?.teardown();
});

const begin = (instead: Partial<Faked>, certified: object = {}): Promise<WorkflowHandle> => {
  fakes.begin(instead);
  const recipe = { name: 'reviews', seed: 1, prompts: 'paper', certified: certifiedSchema.parse(certified) };
  return environment.client.workflow.start('reviewOnly', {
    taskQueue: taskQueues.orchestrator,
    workflowId: `run-${randomUUID()}`,
    args: [{ recipe, narratives: reference('narratives', 'all') }],
    typedSearchAttributes: searchAttributesOf('reviews', 'review'),
  });
};
const waitOf = (run: WorkflowHandle): Promise<ReviewAnswer> => run.query<ReviewAnswer>(queries.review);
const lineOf = async (run: WorkflowHandle): Promise<string> => (await progressOf(run)).stages[0]?.detail ?? '';

/** Answers of the store, one look after another; the last one stays. */
function looks(...states: ReviewState[]): Partial<Faked> & { count(): number } {
  let count = 0;
  return {
    readReviews: async () => states[Math.min(count++, states.length - 1)] ?? reviewState(0, 0, 3),
    count: () => count,
  };
}
const [open, apart, done] = [reviewState(3, 0, 0), reviewState(0, 1, 2), reviewState(0, 0, 3)];
const workOf = (): string[] => fakes.names('drawForReview', 'readReviews', 'reviewByScript', 'certify');

describe('people’s reviews', () => {
  it('are waited for through days without a signal; each day it reminds, and looks', async () => {
    const { count, ...instead } = looks(open, open, apart, done);
    const run = await begin(instead);
    await expect
      .poll(() => lineOf(run), { timeout: 20_000 })
      .toMatch(/^waits for reviews since .* UTC: 0 of 3 certified, 3 open; 2 people .*; dermflow review run-/);
    expect(await waitOf(run)).toMatchObject({ count: 3, waiting: true, reminders: 0, state: open });
    expect((await run.describe()).memo?.[memo.waits]).toContain('waits for reviews: 0 of 3 certified');
    const result: CertifiedResult = await run.result(); // the clock jumps
    expect(result.counts.certified).toBe(3);
    expect(count()).toBe(4);
    expect(workOf()).toEqual(['drawForReview', 'readReviews', 'readReviews', 'readReviews', 'readReviews', 'certify']);
    expect(await waitOf(run)).toMatchObject({ waiting: false, reminders: 2, state: done });
    const { closeTime, startTime, memo: told } = await run.describe();
    expect(Math.round(((closeTime?.getTime() ?? 0) - startTime.getTime()) / 3_600_000)).toBe(72);
    expect(told?.[memo.waits]).toBeUndefined();
    expect(await lineOf(run)).toBe('3 certified, 2 to train and 1 for DermBench; 0 settled, 0 skipped');
  });

  it('a signal is looked after within a minute, and at once where it says that all is done', async () => {
    const { count, ...instead } = looks(open, apart, done);
    const run = await begin(instead, { remindEveryHours: 1000 });
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
    // Many at one moment are one look.
    for (let i = 0; i < 10; i += 1) await run.signal(signals.reviewed, false);
    await environment.sleep('2 minutes');
    await expect.poll(count, { timeout: 20_000 }).toBe(2);
    expect(await lineOf(run)).toMatch(
      /: 2 of 3 certified, 1 to settle; 2 people judge each case, so far .*; dermflow review run-/,
    );
    await run.signal(signals.reviewed, true);
    await expect.poll(count, { timeout: 20_000 }).toBe(3);
    await run.result();
    expect(await waitOf(run)).toMatchObject({ reminders: 0 });
  });

  it('a false claim, and what is no claim, end nothing', async () => {
    const { count, ...instead } = looks(open, open, open, open, done);
    const run = await begin(instead, { remindEveryHours: 1000 });
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
    await run.signal(signals.reviewed, true);
    await expect.poll(count, { timeout: 20_000 }).toBe(2);
    await run.signal(signals.reviewed, { complete: 'yes' });
    await environment.sleep('2 minutes');
    await expect.poll(count, { timeout: 20_000 }).toBe(3);
    expect(workOf()).not.toContain('certify');
    await run.cancel();
    await expect(run.result()).rejects.toThrow();
    expect((await run.describe()).status.name).toBe('CANCELLED');
  });

  it('seventy-five days of eight hours, with a signal every five minutes, stay below the limit of a history', async () => {
    const { count, ...instead } = looks(open);
    const run = await begin(instead);
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
    const before = Number((await run.fetchHistory()).events?.length);
    const signalled = 20;
    for (let i = 0; i < signalled; i += 1) {
      await run.signal(signals.reviewed, false);
      await environment.sleep('5 minutes');
      await expect.poll(count, { timeout: 20_000 }).toBe(i + 2);
    }
    const perSignal = (Number((await run.fetchHistory()).events?.length) - before) / signalled;
    expect(perSignal).toBeLessThan(20);
    // Until 20,000 events each signal is one look; until 35,000 one look per hour, then two per day. A signal alone has four.
    const [signalsPerDay, alone] = [8 * 12, 4];
    const days =
      20_000 / (signalsPerDay * perSignal) +
      15_000 / (signalsPerDay * alone + 8 * perSignal) +
      16_000 / (signalsPerDay * alone + 2 * perSignal);
    expect(days).toBeGreaterThan(75);
    await run.cancel();
    await run.result().catch(() => {});
  });
});

describe('3,000 cases, two people, one review in ten given again', () => {
  it('leave a history far below its limits where each review is a signal, and are looked at once for many', async () => {
    const [reviews, atOnce] = [6600, 100];
    const { count, ...instead } = looks(reviewState(3000, 0, 0));
    const run = await begin(instead);
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
    for (let sent = 0; sent < reviews; sent += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, () => run.signal(signals.reviewed, false)));
      await environment.sleep('5 minutes');
    }
    await expect.poll(count, { timeout: 20_000 }).toBeGreaterThan(reviews / atOnce);
    expect(count()).toBeLessThan(3 * (reviews / atOnce));
    const { historyLength, historySize } = await run.describe();
    const { events = [] } = await run.fetchHistory();
    expect(events?.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(reviews);
    // Temporal's limits: 10,000 signals, 51,200 events, 50 MiB.
    expect(reviews).toBeLessThan(10_000);
    expect(historyLength).toBeLessThan(0.4 * 51_200);
    expect(historySize ?? 0).toBeLessThan(0.2 * 50 * 2 ** 20);
    fakes.begin(looks(reviewState(0, 0, 3000)));
    await run.signal(signals.reviewed, true);
    const result: CertifiedResult = await run.result();
    expect(result.counts.certified).toBe(3);
  }, 300_000);
});

describe('other recipes', () => {
  it('a program reviews in place of people where the recipe says so, and nobody waits', async () => {
    const run = await begin({}, { by: 'script' });
    await run.result();
    expect(workOf()).toEqual(['drawForReview', 'reviewByScript', 'certify']);
    expect(await waitOf(run)).toMatchObject({ waiting: false });
    expect(await lineOf(run)).toContain('3 certified by a program');
  });

  it('without certified cases nobody is asked', async () => {
    const run = await begin({}, { cases: 0 });
    expect(await run.result()).toBeNull();
    expect(workOf()).toEqual([]);
    expect(await waitOf(run)).toEqual({ nobody: expect.stringContaining('certified.cases is 0') });
  });
});
