import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withHeartbeats } from '../../activities/heartbeats.ts';
import { workHeartbeatSchema } from '../../domain/heartbeats.ts';

describe('withHeartbeats', () => {
  it('beats at once and then with the newest progress, as long as the work lasts', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details) => beats.push(details));
    const result = await environment.run(() =>
      withHeartbeats(async (report) => {
        report({ phase: 'reading', done: 1, total: 9 });
        report({ phase: 'reading', done: 2, total: 9 });
        vi.advanceTimersByTime(4_000);
        return 'done';
      }),
    );
    vi.advanceTimersByTime(60_000);
    expect(result).toBe('done');
    expect(beats).toMatchObject([
      { phase: 'starting', done: 0, total: 0 },
      { phase: 'reading', done: 2, total: 9 },
      { phase: 'reading', done: 2, total: 9 },
    ]);
    for (const beat of beats) expect(workHeartbeatSchema.safeParse(beat).success).toBe(true);
  });

  it('tells since when nothing moved, and that who says the same again has not moved', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const environment = new MockActivityEnvironment();
    const silences: number[] = [];
    environment.on('heartbeat', ({ silentMs }: { silentMs: number }) => silences.push(silentMs));
    await environment.run(() =>
      withHeartbeats(async (report) => {
        report({ phase: 'answering', done: 1, total: 9 });
        vi.advanceTimersByTime(4_000);
        report({ phase: 'answering', done: 1, total: 9 });
        vi.advanceTimersByTime(2_000);
        report({ phase: 'answering', done: 2, total: 9 });
        vi.advanceTimersByTime(2_000);
      }),
    );
    expect(silences).toEqual([0, 2_000, 4_000, 6_000, 2_000]);
  });

  it('hands on the signal of cancellation', async () => {
    const environment = new MockActivityEnvironment();
    const work = environment.run(() =>
      withHeartbeats((_, signal) => {
        environment.cancel();
        return new Promise((_done, failed) => {
          if (signal.aborted) failed(signal.reason);
          signal.addEventListener('abort', () => failed(signal.reason));
        });
      }),
    );
    await expect(work).rejects.toBeInstanceOf(CancelledFailure);
  });
});
