/** Nights on the real server: schedules, verdicts, drift, overlap, pause, webhook, a server that goes away. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../activities/evaluation/evaluate-benchmark.ts';
import { withActivityFailures } from '../../../activities/failures.ts';
import { createNightActivities } from '../../../activities/nights/activities.ts';
import { byRules, type Judge } from '../../../activities/nights/anchors.ts';
import { readNights } from '../../../activities/nights/nights.ts';
import { readText } from '../../../activities/store/commit.ts';
import { judge as judgeCheck } from '../../../cli/nights/check.ts';
import {
  askSchedule,
  backfillNights,
  createSchedule,
  listSchedules,
  scheduleOptions,
  triggerNight,
} from '../../../cli/nights/schedules.ts';
import { digestOf } from '../../../domain/artifact.ts';
import type { BenchmarkActivities, ProbeActivities } from '../../../domain/contracts/benchmarks.ts';
import { scheduleId, searchAttributes, taskQueues } from '../../../domain/names.ts';
import type { NightlyInput, NightlyResult } from '../../../domain/nights/nightly.ts';
import type { NightRecord } from '../../../domain/nights/record.ts';
import {
  answeringModel,
  benchmarkContext,
  endpointModel,
  localModel,
  nightOf,
  storeQuestions,
} from '../../support/evaluations.ts';
import { createGate } from '../../support/fake-activities.ts';
import { listenOnLoopback } from '../../support/loopback.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { killAll, processTable } from '../../support/process-table.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../../support/temporal.ts';

const store = createMemoryStore();
const secret = 'not for real';
const items = 80;

/** What answers tonight; `wrong` by the place of the item. */
let tonight = { name: 'good', wrong: (place: number): boolean => place % 10 === 0 };
let opened = Promise.resolve();
let asked = 0;
let drift = 0;

const judge: Judge = {
  name: 'rules',
  score: async (...answer) => {
    const scored = await byRules.score(...answer);
    const shifted = { ...scored.strict, score: Math.max(0, scored.strict.score - drift) };
    return { ...scored, strict: shifted };
  },
};
const say = (letter: string): string =>
  `<thinking> a network </thinking> <final diagnosis> ${letter} </final diagnosis>`;
const standIns: BenchmarkActivities & ProbeActivities = {
  identifyBase: async ({ base }) => ({ base, sha256: digestOf(base) }),
  exportForBenchmarks: async () => null,
  scoreRules: async () => [],
  scoreProbes: async () => ({ rows: [], remarks: [] }),
  evaluateBenchmark: async (input) => {
    await Promise.race([opened, Context.current().cancelled]);
    asked += 1;
    const { name, wrong } = tonight;
    const model = answeringModel(name, (place) => say(wrong(place) ? 'C' : 'A'));
    return evaluateBenchmark(input, model, benchmarkContext(store));
  },
};

let server: TestWorkflowEnvironment;
let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;
let stop: () => Promise<void>;
let folder: string;
let input: NightlyInput;

const startAll = async (): Promise<void> => {
  server = await startDevServer(Object.values(searchAttributes), {}, join(folder, 'temporal.db'));
  stop = await startWorkers(server, bundle, {
    [taskQueues.orchestrator]: withActivityFailures(
      createNightActivities({ store, judge, environment: { webhookSecret: secret, scratch: tmpdir() } }),
    ),
    [taskQueues.evaluation]: withActivityFailures(standIns),
  });
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dermflow-nights-'));
  bundle = await bundleWorkflows();
  await startAll();
  const questions = await storeQuestions(store, items);
  const { asking } = nightOf();
  input = nightOf({
    model: localModel({ runtime: 'transformers' }),
    benchmarks: ['id-diagnosis'],
    data: { questions, dataset: null },
    asking: { ...asking, batchSize: 1000 },
  });
}, 120_000);
afterAll(async () => {
  await stop();
  await server.teardown();
  await rm(folder, { recursive: true, force: true });
});

/** How long a slow machine may take; what is waited for comes in a second or two. */
const patienceMs = 120_000;
const times = { at: '02:30', timezone: 'Europe/Zurich', catchupHours: 12 };
const nightsOf = async (schedule: string): Promise<NightRecord[]> =>
  (await readNights(store, 'default', schedule)).map(({ record }) => record);
const untilNights = (schedule: string, count: number) =>
  expect.poll(async () => (await nightsOf(schedule)).length, { timeout: patienceMs, interval: 100 }).toBe(count);
const infoOf = async (schedule: string) => (await askSchedule(server.client, schedule, (h) => h.describe())).info;
const untilIdle = (schedule: string) =>
  expect
    .poll(async () => (await infoOf(schedule)).runningActions.length, { timeout: patienceMs, interval: 100 })
    .toBe(0);

async function triggered(schedule: string): Promise<NightRecord> {
  await untilIdle(schedule);
  const before = (await nightsOf(schedule)).length;
  await triggerNight(server.client, schedule);
  await untilNights(schedule, before + 1);
  const last = (await nightsOf(schedule)).at(-1);
  if (!last) throw new RangeError('a night');
  return last;
}

async function resultOf(night: NightRecord): Promise<NightlyResult> {
  return server.client.workflow.getHandle<() => Promise<NightlyResult>>(night.workflow).result();
}

describe('a schedule', () => {
  it('backfills nights in their order: the first, a noisy one, a drop that is told; then judge drift, by trigger', async () => {
    const told: { headers: Record<string, unknown>; body: string }[] = [];
    const hook = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      told.push({ headers: request.headers, body });
      // Away at first: Temporal tries again.
      response.writeHead(told.length === 1 ? 503 : 204).end();
    });
    const webhook = `http://127.0.0.1:${await listenOnLoopback(hook)}/nights`;
    const schedule = 'nights';
    const { client } = server;
    await createSchedule(client, scheduleOptions({ ...input, schedule, webhook }, times));
    // Temporal lists what it has indexed, a moment later.
    await expect
      .poll(() => listSchedules(client), { timeout: patienceMs })
      .toMatchObject([{ schedule, state: 'active' }]);

    const dates: [from: string, name: string, wrong: (place: number) => boolean][] = [
      ['2026-03-27T12:00Z', 'good', (place) => place % 10 === 0],
      // Over the change of clocks: 02:30 is 00:30 UTC from now on.
      ['2026-03-29T12:00Z', 'noise', (place) => place % 10 === (place < 20 ? 1 : 0)],
      ['2026-03-30T12:00Z', 'worse', (place) => place % 2 === 0],
    ];
    for (const [from, name, wrong] of dates) {
      tonight = { name, wrong };
      const before = (await nightsOf(schedule)).length;
      await backfillNights(client, schedule, Date.parse(from), Date.parse(from) + 86_400_000);
      await untilNights(schedule, before + 1);
    }
    const nights = await nightsOf(schedule);
    expect(nights.map(({ night, verdict }) => [night, verdict])).toEqual([
      ['2026-03-28T01:30:00.000Z', 'new line'],
      ['2026-03-30T00:30:00.000Z', 'no change'],
      ['2026-03-31T00:30:00.000Z', 'drop'],
    ]);
    const [, , drop] = nights;
    if (!drop) throw new RangeError('three nights');
    expect(drop.benchmarks[0]?.verdict).toMatchObject({ since: '2026-03-30T00:30:00.000Z', level: 0.01 });
    const result = await resultOf(drop);
    expect(result).toMatchObject({ verdict: 'drop', webhook: 'delivered' });
    expect(result.words[0]).toMatch(/^id-diagnosis: 50\.0 %, drop: −40\.0 points .*would be seen in 80 of 100 nights/);
    expect((await client.workflow.getHandle(drop.workflow).describe()).searchAttributes.DermflowVerdict).toEqual([
      'drop',
    ]);
    expect(judgeCheck(schedule, drop, 36, Date.now()).exitCode).toBe(1);

    // The same delivery twice, signed as Standard Webhooks says.
    expect(told.map(({ headers }) => headers['webhook-id'])).toEqual(Array(2).fill(`${schedule}/${drop.night}`));
    for (const { headers, body } of told) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
      expect(JSON.parse(body)).toMatchObject({ type: 'night.drop', data: { schedule, verdict: 'drop' } });
    }

    // The same model as on the good nights: nothing is asked, and nothing has changed; then the judge changes.
    tonight = { name: 'good', wrong: () => true };
    const same = await triggered(schedule);
    expect(same).toMatchObject({ verdict: 'no change', benchmarks: [{ measured: { score: { value: 0.9 } } }] });
    expect(judgeCheck(schedule, same, 36, Date.now())).toMatchObject({ verdict: 'no change', exitCode: 0 });
    drift = 0.5;
    const drifted = await triggered(schedule);
    drift = 0;
    expect(drifted).toMatchObject({ verdict: 'judge drift' });
    expect((await resultOf(drifted)).words[0]).toContain('judge drift: 80 fixed answers score −45.0 points');

    const last = (await readNights(store, 'default', schedule)).at(-1);
    if (!last) throw new RangeError('five nights');
    const page = await readText(store, last.ref, 'trend.html');
    for (const { night } of await nightsOf(schedule)) expect(page).toContain(night);
    expect(page).toContain('<svg role="img"');
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  it('has two nights by two triggers within a second', async () => {
    const schedule = 'twice';
    await createSchedule(server.client, scheduleOptions({ ...input, schedule }, times));
    await sleep(1000 - (Date.now() % 1000)); // so that both fit into one
    await triggered(schedule);
    await triggered(schedule);
    expect(await nightsOf(schedule)).toHaveLength(2);
  });

  it('does a past night again without judging it twice', async () => {
    const schedule = 'again';
    tonight = { name: 'good', wrong: (place) => place % 10 === 0 };
    await createSchedule(server.client, scheduleOptions({ ...input, schedule }, times));
    const from = Date.parse('2026-05-01T12:00Z');
    for (const times of [1, 2]) {
      await backfillNights(server.client, schedule, from, from + 86_400_000);
      await expect.poll(async () => (await infoOf(schedule)).numActionsTaken, { timeout: patienceMs }).toBe(times);
      await untilIdle(schedule);
    }
    expect(await nightsOf(schedule)).toHaveLength(1);
  });

  it('without its endpoint has nights that are not measured, and that do not fail', async () => {
    const schedule = 'endpoint';
    await createSchedule(
      server.client,
      scheduleOptions({ ...input, schedule, model: endpointModel(), withinMinutes: 0.05 }, times),
    );
    const night = await triggered(schedule);
    expect(night).toMatchObject({ verdict: 'not measured', benchmarks: [{ measured: null }] });
    const { words } = await resultOf(night);
    expect(words[0]).toContain('not measured: no answer within 0.05 minutes');
    expect(judgeCheck(schedule, night, 36, Date.now()).exitCode).toBe(3);
  });

  it('of a run that is not there, or has no milestone yet, says so, and is no drop', async () => {
    const schedule = 'milestones';
    await createSchedule(server.client, scheduleOptions({ ...input, schedule, newestOf: 'nobody' }, times));
    const night = await triggered(schedule);
    expect((await resultOf(night)).words[0]).toBe('id-diagnosis: not measured: there is no run "nobody"');
    // A workflow that goes on is asked itself; this one has no milestones.
    const other = `${schedule}-2`;
    await createSchedule(
      server.client,
      scheduleOptions({ ...input, schedule: other, newestOf: night.workflow }, times),
    );
    expect((await resultOf(await triggered(other))).words[0]).toMatch(
      /not measured: run .* has evaluated no milestone yet$/,
    );
  });

  it('skips nights that are due while one runs, and refuses a trigger; paused it has none', async () => {
    const schedule = 'overlap';
    const gate = createGate();
    opened = gate.opened;
    const options = scheduleOptions(
      { ...input, schedule, model: localModel({ label: 'slow', runtime: 'transformers' }) },
      times,
    );
    await createSchedule(server.client, { ...options, spec: { intervals: [{ every: '1 second' }] } });
    await expect
      .poll(async () => (await infoOf(schedule)).numActionsSkippedOverlap, { timeout: patienceMs })
      .toBeGreaterThan(1);
    await expect(triggerNight(server.client, schedule)).rejects.toThrow(/a night of "overlap" is under way/);
    expect(await infoOf(schedule)).toMatchObject({ numActionsTaken: 1 });
    await askSchedule(server.client, schedule, (handle) => handle.pause('for the test'));
    gate.open();
    opened = Promise.resolve();
    await untilNights(schedule, 1);
    await sleep(2500);
    expect(await nightsOf(schedule)).toHaveLength(1);
    const rowOf = async () => (await listSchedules(server.client)).find((row) => row.schedule === schedule);
    await expect
      .poll(rowOf, { timeout: patienceMs })
      .toMatchObject({ state: 'paused', note: 'for the test', next: null });
    await askSchedule(server.client, schedule, (handle) => handle.delete());
    await expect(triggerNight(server.client, schedule)).rejects.toThrow('there is no schedule "overlap"');
    expect(await nightsOf(schedule)).toHaveLength(1);
  });

  it('refuses a name that is taken', async () => {
    const again = createSchedule(server.client, scheduleOptions({ ...input, schedule: 'endpoint' }, times));
    await expect(again).rejects.toThrow(/there is a schedule "endpoint" already/);
  });
});

describe('a server that goes away', () => {
  it('ends a night that was under way once, catches a missed one up under its own time, and lets a stale one go', async () => {
    const gate = createGate();
    opened = gate.opened;
    const under = 'under-way';
    await createSchedule(server.client, scheduleOptions({ ...input, schedule: under }, times));
    await triggerNight(server.client, under);
    await expect.poll(async () => (await infoOf(under)).runningActions.length, { timeout: patienceMs }).toBe(1);
    // Two nights that are due when the server is gone, of which one may be caught up for ten seconds only.
    const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 20_000);
    const calendars = [{ hour: due.getUTCHours(), minute: due.getUTCMinutes(), second: due.getUTCSeconds() }];
    const spec = { calendars, timezone: 'UTC' };
    for (const [schedule, catchupHours] of [
      ['patient', 12],
      ['hasty', 10 / 3600],
    ] as const) {
      const options = scheduleOptions({ ...input, schedule }, { ...times, catchupHours });
      await createSchedule(server.client, { ...options, spec });
      // A schedule counts from the moment that its server first looked at it: what asks it makes the server look.
      await expect.poll(async () => (await infoOf(schedule)).nextActionTimes[0], { timeout: patienceMs }).toEqual(due);
    }
    const before = asked;
    // The workers' machine goes, then Temporal's, by SIGKILL.
    const gone = server;
    await stop();
    killAll((await processTable()).filter(({ command }) => command.includes(folder)));
    expect(Date.now()).toBeLessThan(due.getTime());
    await Promise.race([gone.teardown().catch(() => {}), sleep(3000)]);
    expect((await processTable()).filter(({ command }) => command.includes(folder))).toEqual([]);
    await sleep(due.getTime() + 12_000 - Date.now());
    opened = Promise.resolve();
    await startAll();
    await untilNights(under, 1);
    await untilNights('patient', 1);
    expect((await nightsOf('patient'))[0]?.night).toBe(due.toISOString());
    await expect
      .poll(async () => (await infoOf('hasty')).numActionsMissedCatchupWindow, { timeout: patienceMs })
      .toBe(1);
    expect(await infoOf('hasty')).toMatchObject({ numActionsTaken: 0, runningActions: [] });
    // Temporal goes on telling the time that has passed as the next one.
    const nextOf = async () => (await listSchedules(server.client)).find(({ schedule }) => schedule === 'hasty')?.next;
    await expect.poll(nextOf, { timeout: patienceMs }).toBe(new Date(due.getTime() + 24 * 3_600_000).toISOString());
    expect(await nightsOf('hasty')).toEqual([]);
    await untilIdle(under);
    expect(await nightsOf(under)).toHaveLength(1);
    const [night] = await nightsOf(under);
    expect(night?.workflow.startsWith(`${scheduleId(under)}-`)).toBe(true);
    expect(asked).toBe(before + 2);
  });
});
