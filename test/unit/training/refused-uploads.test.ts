/** Stores that refuse checkpoints, through the real activity and the real S3 client; the trainer is a stand-in. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { checkpointSteps } from '../../../activities/training/checkpoints.ts';
import { findSealed } from '../../../activities/training/seal.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { anyCredentials, type Refused, startRefusingS3 } from '../../support/refusing-s3.ts';
import { createStandInWorker, prepareEpoch } from '../../support/stand-in.ts';
import { runActivity } from '../../support/training.ts';

const trainEpoch = fileURLToPath(new URL('../../support/train-epoch.ts', import.meta.url));
const [total, saveEvery] = [20, 4];
const expired = { status: 403, code: 'ExpiredToken', message: 'The provided token has expired.' };
const tooLarge = { status: 400, code: 'EntityTooLarge', message: 'Your proposed upload is too large.' };
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/** A store with the epoch's data in it; checkpoints are refused from the one of step `from` on, while `refused` is set. */
async function setUp(refused: Refused, from = 8) {
  const state: { refused: Refused | null; manifests: number } = { refused, manifests: 0 };
  const { settings } = await startRefusingS3((method, key) => {
    if (method !== 'PUT') return null;
    if (key.startsWith('manifests/checkpoint/')) state.manifests++;
    return state.manifests >= from / saveEvery - 1 && !key.startsWith('manifests/') ? state.refused : null;
  });
  const store = createS3Store(createS3Client(settings, anyCredentials), settings);
  const input = await prepareEpoch(store, total, saveEvery);
  return { state, store, settings, input, folder: await temporaryFolder() };
}

describe('a store that refuses checkpoints from the second on', () => {
  it('and takes them later loses no step: the trainer goes on, and the reason is told at once', async () => {
    const { state, store, input, folder } = await setUp(expired);
    const worker = await createStandInWorker(store, folder, { stepMs: 150 });
    const told: { step: number; reason: string }[] = [];
    const { checkpoint } = await runActivity(
      () => worker.trainSft(input),
      ({ step, waitsFor, phase }) => {
        if (waitsFor) told.push({ step, reason: waitsFor });
        if (phase === 'uploading') state.refused = null;
      },
    );
    expect(checkpoint.step).toBe(total);
    expect(worker.steps()).toEqual(upTo(total));
    expect(told[0]?.step).toBeLessThan(total);
    expect(told[0]?.reason).toMatch(/ExpiredToken, "The provided token has expired\."\); set AWS_ACCESS_KEY_ID/);
    expect(await checkpointSteps(store, checkpoint.key.split('/')[0] ?? '', total)).toEqual([20, 4]);
    expect(await readdir(worker.scratch)).toEqual([]);
  });

  it('for good makes the trainer save and stop, names the remedy, and no step is lost', async () => {
    const { state, store, input, folder } = await setUp(tooLarge);
    // Steps take longer than the refusal of an upload and the signal that follows, on a busy machine too.
    const worker = await createStandInWorker(store, folder, { stepMs: 300 });
    const reasons = new Set<string | null>();
    const attempt = (): Promise<unknown> =>
      runActivity(
        () => worker.trainSft(input),
        ({ waitsFor }) => reasons.add(waitsFor),
      );
    const failure = {
      type: failureTypes.userMistake,
      message: expect.stringMatching(/EntityTooLarge, "Your proposed upload is too large\."\); raise the .* limit/),
    };
    await expect(attempt()).rejects.toMatchObject(failure);
    const reached = worker.steps().length;
    expect(reached).toBeLessThan(total);
    expect([...reasons]).toContainEqual(failure.message);
    // Nothing has changed: the next attempt says so without a step.
    await expect(attempt()).rejects.toMatchObject(failure);
    expect(worker.steps()).toEqual(upTo(reached));
    state.refused = null;
    expect(await attempt()).toMatchObject({ checkpoint: { step: total } });
    expect(worker.steps()).toEqual(upTo(total));
    expect(worker.log).toContainEqual(expect.objectContaining({ msg: 'resuming', step: reached }));
    expect(await readdir(join(worker.scratch, 'kept')).catch(() => [])).toEqual([]);
  });

  it('and is given up at the end of a cancelled attempt: the next one stores and resumes what was kept', async () => {
    const { state, store, input, folder } = await setUp(expired);
    const worker = await createStandInWorker(store, folder, { graceMs: 300 });
    const cancelled = runActivity(
      () => worker.trainSft(input),
      ({ step, phase }, environment) => {
        if (phase === 'training' && step === 10) environment.cancel();
      },
    );
    await expect(cancelled).rejects.toMatchObject({ type: failureTypes.unavailable });
    const reached = worker.steps().length;
    // Another worker process on the same machine, while the store still refuses: it trains on from the disk.
    const other = await createStandInWorker(store, folder);
    const { checkpoint } = await runActivity(
      () => other.trainSft(input),
      ({ phase, waitsFor }) => {
        if (phase === 'uploading' && waitsFor) state.refused = null;
      },
    );
    expect(checkpoint.step).toBe(total);
    expect(reached).toBeGreaterThanOrEqual(10);
    expect(worker.steps()).toEqual(upTo(total));
  });

  it('loses nothing that was written before kill -9 of the worker', async () => {
    const { state, store, settings, input, folder } = await setUp(expired);
    const attempt = [settings, folder, input].map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
    const killed = execa('node', [trainEpoch, ...attempt], { reject: false });
    const sealed = async (): Promise<boolean> =>
      (await findSealed(join(folder, 'scratch'))).some(({ step }) => step >= 8);
    while (!(await sealed())) await sleep(20);
    killed.kill('SIGKILL');
    expect((await killed).signal).toBe('SIGKILL');
    const newest = Math.max(...(await findSealed(join(folder, 'scratch'))).map(({ step }) => step));
    state.refused = null;
    const worker = await createStandInWorker(store, folder);
    const before = worker.steps().length;
    const { checkpoint } = await runActivity(() => worker.trainSft(input));
    expect(checkpoint.step).toBe(total);
    const [resumedAt = 0] = worker.steps().slice(before);
    // From the newest sealed one, not from step 4, which is the newest in the store.
    expect(newest).toBeGreaterThanOrEqual(8);
    expect(resumedAt).toBe(newest + 1);
    expect(await readdir(worker.scratch)).toEqual([]);
  });
});
