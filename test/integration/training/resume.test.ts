/** Killed, cancelled, preempted and damaged: the run ends with the bytes of the undisturbed one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointFactsSchema } from '../../../activities/training/checkpoint-facts.ts';
import { checkpointSteps } from '../../../activities/training/checkpoints.ts';
import type { StretchResult } from '../../../domain/contracts/training.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { checkpointKey, storeKeys } from '../../../domain/names.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  createTrainingWorker,
  outcomeOf,
  prepareTraining,
  runActivity,
  shortRecipe,
  type TrainingData,
} from '../../support/training.ts';

type Worker = Awaited<ReturnType<typeof createTrainingWorker>>;
type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

const epochs = [1, 2] as const;
const milestones = [2, 8] as const;

const objects = new Map<string, Uint8Array>();
const disturbed = createMemoryStore(objects);
const workers: Worker[] = [];
let data: TrainingData;
let undisturbed: Outcome[];

/** Each on a scratch folder of its own, as on another machine. */
async function newWorker(more: Parameters<typeof createTrainingWorker>[1] = {}, store = disturbed): Promise<Worker> {
  const worker = await createTrainingWorker(store, more);
  workers.push(worker);
  return worker;
}

beforeAll(async () => {
  const others = new Map<string, Uint8Array>();
  const store = createMemoryStore(others);
  const worker = await newWorker({}, store);
  data = await prepareTraining(store, shortRecipe(), worker.folder);
  for (const [key, value] of others) objects.set(key, value);
  const results: StretchResult[] = [];
  for (const epoch of epochs) results.push(await runActivity(() => worker.activities.trainSft({ ...data.sft, epoch })));
  const sft = results.at(-1)?.checkpoint ?? null;
  for (const stopAt of milestones)
    results.push(await runActivity(() => worker.activities.trainGrpo({ ...data.grpo, sft, stopAt })));
  undisturbed = await Promise.all(results.map((result) => outcomeOf(store, result)));
});
afterAll(() => Promise.all(workers.map((worker) => worker.remove())));

describe('a trainer that stays', () => {
  const goesOn = 'the trainer stayed and goes on';

  /** All stretches on one worker; `between` is called after each. Outcomes in order, and the steps at which one went on. */
  async function trainAll(between: (worker: Worker, results: number) => void = () => {}) {
    const own = new Map(objects);
    const store = createMemoryStore(own);
    const ending = new AbortController();
    const worker = await newWorker({ shutdown: ending.signal }, store);
    const results: StretchResult[] = [];
    const add = async (work: () => Promise<StretchResult>): Promise<void> => {
      results.push(await runActivity(work));
      between(worker, results.length);
    };
    for (const epoch of epochs) await add(() => worker.activities.trainSft({ ...data.sft, epoch }));
    const sft = results.at(-1)?.checkpoint ?? null;
    for (const stopAt of milestones) await add(() => worker.activities.trainGrpo({ ...data.grpo, sft, stopAt }));
    ending.abort();
    const steps = worker.log.filter(({ msg }) => msg === goesOn).map(({ step }) => step);
    return { outcomes: await Promise.all(results.map((result) => outcomeOf(store, result))), steps, worker };
  }

  it('goes on with the next stretch of its plan, and every file is as if it had started over', async () => {
    const { outcomes, steps, worker } = await trainAll();
    expect(steps).toEqual([4, 2]);
    expect(outcomes).toEqual(undisturbed);
    await expect.poll(() => readdirSync(join(worker.folder, 'scratch'))).toEqual([]);
  });

  it('is missed by nobody when it is killed meanwhile', async () => {
    const { outcomes, steps } = await trainAll(({ pids }, results) => {
      const [first] = pids();
      if (results === 1 && first) process.kill(first, 'SIGKILL');
    });
    // It may be found dead when it is wanted, or only when it does not answer.
    expect(steps.filter((step) => step !== 4)).toEqual([2]);
    expect(outcomes).toEqual(undisturbed);
  });
});

describe('training that is disturbed', () => {
  let policy: StretchResult;

  it('SFT: the trainer killed with -9 in one epoch, cancelled in the next', async () => {
    const killed = await newWorker();
    const firstEpoch = { ...data.sft, epoch: 1 };
    const attempt = runActivity(
      () => killed.activities.trainSft(firstEpoch),
      ({ phase, step }) => {
        if (phase === 'training' && step === 2) killed.signalTrainer('SIGKILL');
      },
    );
    await expect(attempt).rejects.toMatchObject({
      type: failureTypes.trainerCrashed,
      message: expect.stringContaining('signal SIGKILL'),
    });
    const other = await newWorker();
    const first = await runActivity(() => other.activities.trainSft(firstEpoch));
    expect(other.log).toContainEqual(expect.objectContaining({ msg: 'resuming', verdict: 'exact' }));
    expect(await outcomeOf(disturbed, first)).toEqual(undisturbed[0]);

    const secondEpoch = { ...data.sft, epoch: 2 };
    const cancelled = runActivity(
      () => other.activities.trainSft(secondEpoch),
      ({ phase, step }, environment) => {
        if (phase === 'training' && step > first.checkpoint.step) environment.cancel();
      },
    );
    await expect(cancelled).rejects.toBeInstanceOf(CancelledFailure);
    const stageKey = first.checkpoint.key.replace(/\/.*$/, '');
    const [saved = 0] = await checkpointSteps(disturbed, stageKey, 100);
    expect(saved).toBeGreaterThan(first.checkpoint.step);
    policy = await runActivity(() => other.activities.trainSft(secondEpoch));
    expect(await outcomeOf(disturbed, policy)).toEqual(undisturbed[1]);
    expect(policy.last.eval_loss).toBeGreaterThan(0);
  });

  it('GRPO: the trainer killed, its worker preempted, the newest checkpoint damaged', async () => {
    const killed = await newWorker();
    const toTwo = { ...data.grpo, sft: policy.checkpoint, stopAt: 2 };
    const attempt = runActivity(
      () => killed.activities.trainGrpo(toTwo),
      ({ phase, step }) => {
        if (phase === 'training' && step === 2) killed.signalTrainer('SIGKILL');
      },
    );
    await expect(attempt).rejects.toMatchObject({ type: failureTypes.trainerCrashed });
    const two = await runActivity(() => killed.activities.trainGrpo(toTwo));
    expect(await outcomeOf(disturbed, two)).toEqual(undisturbed[2]);

    const shutdown = new AbortController();
    const preempted = await newWorker({ shutdown: shutdown.signal });
    const toEight = { ...data.grpo, sft: policy.checkpoint, stopAt: 8 };
    const interrupted = runActivity(
      () => preempted.activities.trainGrpo(toEight),
      ({ phase, step }) => {
        if (phase === 'training' && step === 3) shutdown.abort();
      },
    );
    await expect(interrupted).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringMatching(/^training was interrupted at step [3-7]; it resumes from there$/),
    });

    const stageKey = two.checkpoint.key.replace(/\/.*$/, '');
    const [damaged = 0, good = 0] = await checkpointSteps(disturbed, stageKey, 8);
    const newest = await disturbed.find('checkpoint', checkpointKey(stageKey, damaged));
    const optimizer = newest && (await disturbed.manifest(newest)).files['optimizer.pt'];
    const key = storeKeys.blob(optimizer?.sha256 ?? '');
    objects.set(key, objects.get(key)?.map((byte, i) => (i === 5_000 ? byte ^ 1 : byte)) ?? new Uint8Array());

    const last = await newWorker();
    const eight = await runActivity(() => last.activities.trainGrpo(toEight));
    expect(last.log).toContainEqual(
      expect.objectContaining({ step: damaged, msg: 'checkpoint is damaged, taking the one before' }),
    );
    expect(last.log).toContainEqual(expect.objectContaining({ step: good, msg: 'resuming', verdict: 'exact' }));
    expect(await outcomeOf(disturbed, eight)).toEqual(undisturbed[3]);
    const facts = checkpointFactsSchema.parse((await disturbed.manifest(eight.checkpoint)).facts);
    expect(facts.trust).toEqual({ verdict: 'exact', reasons: [] });
    expect(facts.resumes.map(({ step }) => step)).toEqual(good === 2 ? [1, 2] : [1, 2, good]);
  });

  it('what is complete is found without a trainer', async () => {
    const folder = workers[0]?.folder ?? '';
    const environment = { ...readEnvironment({}), scratch: folder, trainerPython: '/no/python' };
    const untrained = await newWorker({ environment });
    const again = await runActivity(() => untrained.activities.trainSft({ ...data.sft, epoch: 2 }));
    expect(again).toEqual(policy);
  });
});
