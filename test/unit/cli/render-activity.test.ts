import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeActivity, stillness } from '../../../cli/follow/render-activity.ts';
import type { PendingActivity } from '../../../cli/follow/run-status.ts';
import { type TrainingHeartbeat, trainingHeartbeatSchema } from '../../../domain/contracts/training.ts';
import { type Transfer, type WorkHeartbeat, workHeartbeatSchema } from '../../../domain/heartbeats.ts';

const minute = 60_000;
const activity = (more: Partial<PendingActivity>): PendingActivity => ({
  ...{ workflow: 'demo-1', id: 'evaluateModel-1', state: 'running', attempt: 1 },
  ...{ lastFailure: null, nextAttemptIn: null, training: null, work: null },
  ...more,
});
const transfer = (more: Partial<Transfer> = {}): Transfer => ({
  ...{ way: 'downloading', name: 'model.safetensors', done: 1.2e9, total: 15e9, silentMs: 0 },
  ...more,
});
const work = (more: Partial<WorkHeartbeat> = {}) =>
  activity({ work: workHeartbeatSchema.parse({ phase: 'starting', done: 0, total: 0, ...more }) });
const training = (more: Partial<TrainingHeartbeat> = {}) =>
  activity({
    training: trainingHeartbeatSchema.parse({
      ...{ phase: 'training', step: 7, maxSteps: 9, stopAt: 9, checkpoint: 4, values: {}, secondsPerStep: 1 },
      ...more,
    }),
  });
const text = (given: PendingActivity): string => stripVTControlCharacters(describeActivity(given));

describe('an activity', () => {
  it('that fetches a file tells its name and how much is there', () =>
    expect(text(work({ transfer: transfer() }))).toBe('downloading model.safetensors, 1.2 of 15.0 GB'));

  it('that counts and moves a large file tells both', () => {
    const counting = { phase: 'answering', done: 3, total: 9 };
    expect(text(work({ ...counting, transfer: transfer() }))).toBe(
      'answering 3/9  downloading model.safetensors, 1.2 of 15.0 GB',
    );
    expect(text(work({ ...counting, transfer: transfer({ total: 2e6 }) }))).toBe('answering 3/9');
  });

  it.each([
    [59_000, 'downloading model.safetensors, 1.2 of 15.0 GB'],
    [minute, 'no progress for 1 min: downloading model.safetensors, 1.2 of 15.0 GB'],
    [4.5 * minute, 'no progress for 4 min: downloading model.safetensors, 1.2 of 15.0 GB'],
    [125 * minute, 'no progress for 2 h 5 min: downloading model.safetensors, 1.2 of 15.0 GB'],
  ])('silent for %i ms says so from a minute on', (silentMs, expected) =>
    expect(text(work({ silentMs, transfer: transfer({ silentMs }) }))).toBe(expected),
  );

  it('that waits for its next attempt is not called silent', () =>
    expect(text({ ...work({ silentMs: 9 * minute }), state: 'retrying' })).not.toContain('no progress'));

  it('of a training is silent by its own pace', () => {
    expect(text(training({ silentMs: 5 * minute, secondsPerStep: 120 }))).not.toContain('no progress');
    expect(text(training({ silentMs: 7 * minute, secondsPerStep: 120 }))).toMatch(/^no progress for 7 min: step 7\/9/);
    expect(text(training({ phase: 'preparing', silentMs: 2 * minute, transfer: transfer() }))).toBe(
      'no progress for 2 min: downloading model.safetensors, 1.2 of 15.0 GB, step 7/9',
    );
  });

  it('of a training whose upload stands still goes on and says it', () => {
    const stuck = transfer({ way: 'uploading', name: 'optimizer.pt', silentMs: 4 * minute });
    expect(text(training({ transfer: stuck }))).toMatch(
      /^step 7\/9 .*no progress for 4 min: uploading optimizer.pt, 1.2 of 15.0 GB$/,
    );
    expect(text(training({ transfer: transfer() }))).not.toContain('optimizer');
  });

  it.each([
    [{ done: 0, total: 900 }, '0.0 of 0.9 kB'],
    [{ done: 5e5, total: 2e6 }, '0.5 of 2.0 MB'],
    [{ done: 0, total: 0 }, '0.0 of 0.0 kB'],
    [{ done: 1e12, total: 2e12 }, '1.0 of 2.0 TB'],
  ])('tells %o as %s', (bytes, expected) => expect(text(work({ transfer: transfer(bytes) }))).toContain(expected));

  it('of a worker of an earlier version tells what it did', () =>
    expect(text(activity({ work: workHeartbeatSchema.parse({ phase: 'drawing', done: 1, total: 2 }) }))).toBe(
      'drawing 1/2',
    ));

  it('is told in logs by rounded silences', () =>
    expect(stillness(work({ silentMs: 4 * minute }), () => minute)).toBe('no progress for 1 min: starting'));
});
