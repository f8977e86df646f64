/** Trainers that a local stack's server forks: the same bytes, and whichever process is killed, the run goes on. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { workerService } from '../../../cli/machine/services.ts';
import type { StretchResult } from '../../../domain/contracts/training.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { createSupervisor, type Supervisor } from '../../../infra/local/supervisor.ts';
import { trainerServer } from '../../../infra/local/trainer-server.ts';
import { readEnvironment, trainerServerVariable } from '../../../platform/env.ts';
import { lifelineVariable } from '../../../platform/lifeline.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  createTrainingWorker,
  outcomeOf,
  prepareTraining,
  runActivity,
  shortRecipe,
  type TrainingData,
} from '../../support/training.ts';

const environment = readEnvironment(process.env);
const epochs = [1, 2] as const;
const objects = new Map<string, Uint8Array>();
const ending = new AbortController();
const removals: (() => Promise<void>)[] = [];
let data: TrainingData;
let supervisor: Supervisor;
let log: string;
let undisturbed: Awaited<ReturnType<typeof outcomeOf>>[];

/** A worker that lets its trainers stay, with a store that knows the data alone. */
async function newWorker() {
  const store = createMemoryStore(new Map(objects));
  const worker = await createTrainingWorker(store, { shutdown: ending.signal });
  removals.push(worker.remove);
  return { ...worker, store };
}

type Worker = Awaited<ReturnType<typeof newWorker>>;

/** Process ids of the trainers that the server has forked. */
function forked(): number[] {
  const server = supervisor.pids().trainers;
  return readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** Rejects as long as nobody listens. */
async function answers(variables: Record<string, string>): Promise<void> {
  const connection = connect(variables[trainerServerVariable] ?? '');
  await once(connection, 'connect');
  connection.destroy();
}

const server = (): number[] => [supervisor.pids().trainers ?? Number.NaN];
const outcomes = ({ store }: Worker, results: StretchResult[]) =>
  Promise.all(results.map((result) => outcomeOf(store, result)));
const resumed = expect.objectContaining({ msg: 'resuming', verdict: 'exact' });
const goesOn = expect.objectContaining({ msg: 'the trainer stayed and goes on' });

beforeAll(async () => {
  const preparing = await newWorker();
  data = await prepareTraining(createMemoryStore(objects), shortRecipe(), preparing.folder);
  // Its store knows the data.
  const plain = await newWorker();
  const results: StretchResult[] = [];
  for (const epoch of epochs) results.push(await runActivity(() => plain.activities.trainSft({ ...data.sft, epoch })));
  undisturbed = await outcomes(plain, results);

  const home = join(plain.folder, 'home');
  const forking = trainerServer({ home, trainerPython: environment.trainerPython }, 'linux', () => false);
  if (!forking) throw new TypeError('no trainers are forked here');
  supervisor = createSupervisor(join(home, 'logs'), pino({ level: 'silent' }));
  await supervisor.add(forking.service);
  // A trainer that comes before the server listens is started by itself.
  await vi.waitFor(() => answers(forking.variables), { timeout: 60_000 });
  log = join(home, 'logs/trainers.log');
  // What a gpu worker of a local stack has in its environment and the server has not.
  const secrets = { accessKeyId: 'key', secretAccessKey: 'secret', jwt: [] };
  const stack = { ports: { temporal: 1, ui: 2, s3: [3, 4] as [number, number] }, secrets, bucket: 'runs' };
  const { env } = workerService('gpu', stack, environment);
  for (const [name, value] of Object.entries({ ...env, ...forking.variables, [lifelineVariable]: '1' })) {
    vi.stubEnv(name, value);
  }
});

afterAll(async () => {
  vi.unstubAllEnvs();
  ending.abort();
  await supervisor?.stop();
  await Promise.all(removals.map((remove) => remove()));
});

/** Trains both epochs; `between` is called after the first. */
async function trainBoth(worker: Worker, between: () => void = () => {}): Promise<StretchResult[]> {
  const first = await runActivity(() => worker.activities.trainSft({ ...data.sft, epoch: 1 }));
  between();
  return [first, await runActivity(() => worker.activities.trainSft({ ...data.sft, epoch: 2 }))];
}

describe('a forked trainer', () => {
  it('stays, goes on, and leaves the bytes of one that was started by itself', async () => {
    const worker = await newWorker();
    const trainers: number[] = [];
    const results = await trainBoth(worker, () => trainers.push(...forked()));
    expect(await outcomes(worker, results)).toEqual(undisturbed);
    expect(worker.log).toContainEqual(goesOn);
    // One stand-in, one trainer, none that stood by.
    expect([worker.pids().length, trainers.length]).toEqual([1, 1]);
    expect(readFileSync(log, 'utf8')).not.toContain('by itself');
  });

  it.each([
    ['the trainer', forked],
    ['its stand-in', null],
    ['the server', server],
  ])('killed while it stays, %s is missed by nobody', async (_, victims) => {
    const worker = await newWorker();
    const results = await trainBoth(worker, () => {
      for (const pid of victims?.() ?? worker.pids()) process.kill(pid, 'SIGKILL');
    });
    expect(await outcomes(worker, results)).toEqual(undisturbed);
    expect(worker.pids()).toHaveLength(2);
  });

  it.each([
    ['the trainer', forked],
    ['its stand-in', null],
    ['the server', server],
  ])('killed while it trains, %s is a crash, and the next attempt resumes', async (_, victims) => {
    const worker = await newWorker();
    const attempt = runActivity(
      () => worker.activities.trainSft({ ...data.sft, epoch: 1 }),
      ({ phase, step }) => {
        if (phase !== 'training' || step !== 2) return;
        for (const pid of victims?.() ?? worker.pids()) process.kill(pid, 'SIGKILL');
      },
    );
    await expect(attempt).rejects.toMatchObject({
      type: failureTypes.trainerCrashed,
      message: expect.stringContaining('signal SIGKILL'),
    });
    await expect.poll(forked).toEqual([]);
    expect(await outcomes(worker, await trainBoth(worker))).toEqual(undisturbed);
    expect(worker.log).toContainEqual(resumed);
  });
});
