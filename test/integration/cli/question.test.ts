/** `list`, `status` and `report` where no service runs, as after `npm start`: answered in a moment, and nothing stays. */

import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { execa } from 'execa';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordActivities } from '../../../activities/run-records.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { runOf } from '../../../cli/run-id.ts';
import { startRun } from '../../../cli/runs.ts';
import { basisOf, keepFinished, reportFolder } from '../../../cli/start/finished.ts';
import type { ArtifactKind } from '../../../domain/artifact.ts';
import { digestOf } from '../../../domain/artifact.ts';
import type { RunResult } from '../../../domain/contracts/run.ts';
import { readStackFile } from '../../../infra/local/settings.ts';
import { startStack } from '../../../infra/local/stack.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { createGate, FakeActivities } from '../../support/fake-activities.ts';
import { type Home, makeHome } from '../../support/home.ts';
import { processTable } from '../../support/process-table.ts';
import { demoRecipe, smallRecipe } from '../../support/recipes.ts';
import { dermflow } from '../../support/start.ts';
import { bundleWorkflows, startWorkers } from '../../support/temporal.ts';

let home: Home;
let result: RunResult;

/** A finished run and one that was left open, on services that are stopped afterwards. */
beforeAll(async () => {
  home = await makeHome();
  const stack = await startStack({ home: home.path, logger: pino({ level: 'silent' }) });
  const settings = { endpoint: `http://127.0.0.1:${stack.ports.s3[0]}`, region: 'us-east-1', bucket: stack.bucket };
  const s3 = createS3Client(settings, stack.secrets);
  const store = createS3Store(s3, settings);
  const commit = (kind: ArtifactKind, files: Record<string, string>) =>
    commitFiles(
      store,
      { kind, key: 'made', method: 'test/1', inputs: {}, params: {}, facts: {} },
      Object.fromEntries(Object.entries(files).map(([name, data]) => [name, { data }])),
    );
  const fakes = new FakeActivities();
  const begin = (more = {}): void => {
    fakes.begin({
      exportAdapter: () => commit('adapter', { 'adapter_model.safetensors': 'weights' }),
      writeReport: () => commit('report', { 'report.html': '<!doctype html>', 'report.json': '{}' }),
      ...more,
    });
    fakes.onRecord = createRecordActivities({ store }).recordRun;
  };
  const address = `127.0.0.1:${stack.ports.temporal}`;
  const nativeConnection = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const stopWorkers = await startWorkers({ nativeConnection }, await bundleWorkflows(), fakes.byQueue);
  begin();
  const start = (run: string) =>
    startRun(client, { input: { recipe: smallRecipe() }, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
  result = await (await start('finished')).result();
  const training = createGate();
  const never = createGate();
  begin({
    trainSft: async () => {
      training.open();
      await never.opened;
    },
  });
  await start('left-open');
  await training.opened;
  never.open();
  await stopWorkers();
  await connection.close();
  await nativeConnection.close();
  s3.destroy();
  await stack.stop();
});
afterAll(() => home.remove());

const local = { TEMPORAL_ADDRESS: undefined, DERMFLOW_S3_ENDPOINT: undefined };
const command = (...args: string[]) =>
  execa(process.execPath, [dermflow, ...args], { env: { ...home.env, ...local }, reject: false });

async function json(...args: string[]): Promise<unknown> {
  const { stdout, stderr } = await command(...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

async function expectNothingLeft(): Promise<void> {
  expect(await readStackFile(home.path)).toMatchObject({ owner: null, momentary: false });
  const left = (await processTable()).filter(({ command: line }) => line.includes(home.path));
  expect(left.map(({ command: line }) => line)).toEqual([]);
}

const lists = () => json('list');
const known = [
  { run: 'left-open', state: 'RUNNING' },
  { run: 'finished', state: 'COMPLETED', stage: 'report' },
];

describe('a question where no service runs', () => {
  it('list', async () => {
    expect(await lists()).toMatchObject(known);
    await expectNothingLeft();
  });

  it('status, whose page answers nowhere', async () => {
    const status = await json('status', 'finished');
    expect(status).toMatchObject({ state: 'COMPLETED', forgotten: false, page: null });
    expect(status).toMatchObject({ progress: { evaluations: { length: 12 }, report: result.report } });
    expect((await command('status', 'left-open')).stdout).toMatch(/left-open.*running[\s\S]*no orchestrator worker/);
    await expectNothingLeft();
  });

  it('report', async () => {
    const out = join(home.path, 'elsewhere');
    expect(await json('report', 'finished', '--out', out)).toMatchObject({ report: join(out, 'report.html') });
    expect(await readFile(join(out, 'adapter/adapter_model.safetensors'), 'utf8')).toBe('weights');
    expect(await command('report', 'left-open')).toMatchObject({ exitCode: 2, stdout: '' });
    await expectNothingLeft();
  });

  it('is answered whatever the environment says of another Temporal', async () => {
    const other = { TEMPORAL_NAMESPACE: 'cloud.abc', TEMPORAL_API_KEY: 'key', TEMPORAL_TLS: 'true' };
    const { stdout, stderr } = await execa(process.execPath, [dermflow, 'list', '--json'], {
      env: { ...home.env, ...local, ...other },
      reject: false,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject(known);
  });
});

describe('questions at once', () => {
  it('are all answered', async () => {
    const [first, second, third] = await Promise.all([lists(), json('status', 'finished'), lists()]);
    expect(first).toMatchObject(known);
    expect(second).toMatchObject({ state: 'COMPLETED' });
    expect(third).toMatchObject(known);
    await expectNothingLeft();
  });

  it('and services that are started and stopped meanwhile do no harm to each other', async () => {
    const before = lists();
    const up = execa(process.execPath, [dermflow, 'up', '--no-workers', '--json'], {
      env: { ...home.env, ...local },
      reject: false,
      buffer: { stdout: false },
    });
    const during = lists(); // also while the services start
    await once(createInterface(up.stdout), 'line');
    const beside = json('status', 'finished');
    expect(await before).toMatchObject(known);
    expect(await during).toMatchObject(known);
    expect(await beside).toMatchObject({ state: 'COMPLETED', page: expect.stringContaining('finished') });
    const last = lists();
    up.kill('SIGTERM'); // while it is asked
    expect(await last).toMatchObject(known);
    expect((await up).exitCode).toBe(0);
    await expectNothingLeft();
  });

  it('one that is killed leaves nothing behind, and the next is answered', async () => {
    const killed = command('list');
    await expect
      .poll(async () => (await readStackFile(home.path))?.ready, { timeout: 20_000, interval: 20 })
      .toBe(false);
    killed.kill('SIGKILL');
    await killed;
    expect(await lists()).toMatchObject(known);
    await expect
      .poll(async () => (await processTable()).filter(({ command: line }) => line.includes(home.path)), {
        timeout: 20_000,
      })
      .toEqual([]);
  });
});

describe('a second start', () => {
  it('of a finished run says so at once and starts nothing', async () => {
    const environment = readEnvironment({ ...process.env, ...home.env });
    const recipe = demoRecipe();
    const run = runOf(recipe);
    const folder = reportFolder(environment, run);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'report.html'), 'page');
    const { bucket = '' } = (await readStackFile(home.path)) ?? {};
    const basis = (await basisOf(recipe, environment)) ?? '';
    const files = { 'report.html': digestOf('page') };
    await keepFinished(environment, { run, basis, bucket, files, result, finishedAt: '2026-11-03T10:00:00.000Z' });
    const startedAt = Date.now();
    const { stdout, stderr } = await command('start');
    console.log(`a second start took ${Date.now() - startedAt} ms`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/finished at 2026-11-03[\s\S]*report {4}.*report\.html/);
    expect(stdout).not.toContain('http://');
    expect(await json('start')).toMatchObject({ run, page: null, report: join(folder, 'report.html') });
    await expectNothingLeft();
  });
});
