/** What a worker makes of a trainer's end. The trainer here is a few lines of Node that speak its protocol. */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { runTrainer } from '../../../activities/trainer/trainer-process.ts';
import { failureTypes } from '../../../domain/failures.ts';
import type { TrainerEvent } from '../../../domain/trainer.ts';

const say = (event: TrainerEvent): string => `console.log(${JSON.stringify(JSON.stringify(event))});`;
const failed = (kind: Extract<TrainerEvent, { event: 'failed' }>['kind'], message: string): string =>
  `${say({ event: 'failed', kind, step: 7, message })} process.exitCode = 1;`;
const forever = 'setInterval(() => {}, 1000);';

interface Options {
  stallMs?: number;
  graceMs?: number;
  signal?: AbortSignal;
  onEvent?: (event: TrainerEvent) => void;
}

function run(script: string, options: Options = {}) {
  const { stallMs = 10_000, graceMs = 10_000, signal = new AbortController().signal, onEvent = () => {} } = options;
  const logger = pino({ level: 'silent' });
  return runTrainer({ file: 'node', args: ['-e', script] }, { logger, stallMs, graceMs }, { signal, onEvent });
}

describe('runTrainer', () => {
  it('passes events on and returns the outputs', async () => {
    const seen: TrainerEvent[] = [];
    const progress = { event: 'progress', step: 1, maxSteps: 2 } as const;
    const script = say(progress) + say({ event: 'finished', step: 2, outputs: { adapter: '/a' } });
    const end = await run(script, { onEvent: (event) => void seen.push(event) });
    expect(end).toEqual({ state: 'finished', outputs: { adapter: '/a' } });
    expect(seen[0]).toEqual(progress);
  });

  const failures: [what: string, script: string, type: string, message: RegExp][] = [
    ['out of memory', failed('out-of-memory', 'CUDA'), failureTypes.outOfMemory, /^trainer: CUDA$/],
    ['divergence', failed('diverged', 'loss is nan'), failureTypes.diverged, /^trainer: loss is nan$/],
    ['a bad job', failed('bad-input', 'field seed'), failureTypes.userMistake, /^trainer: field seed$/],
    ['any other error', failed('error', 'KeyError'), failureTypes.trainerCrashed, /^trainer: KeyError$/],
    ['a crash', 'console.error("boom"); process.exit(3)', failureTypes.trainerCrashed, /exit code 3; stderr: boom/],
    ['kill -9', 'process.kill(process.pid, "SIGKILL")', failureTypes.trainerCrashed, /signal SIGKILL/],
    ['an early good-bye', 'process.exit(0)', failureTypes.trainerCrashed, /exit code 0/],
    [
      'a line that is no event',
      `console.log("hello"); ${forever}`,
      failureTypes.trainerCrashed,
      /"hello".*not an event/,
    ],
    ['an unknown event', `console.log('{"event":"x"}'); ${forever}`, failureTypes.trainerCrashed, /not an event/],
  ];
  it.each(failures)('maps %s', async (_, script, type, message) => {
    await expect(run(script)).rejects.toMatchObject({ type, message: expect.stringMatching(message) });
  });

  it('ends a trainer that is silent, even one that does not listen to SIGTERM', async () => {
    const script = `process.on('SIGTERM', () => {}); ${forever}`;
    await expect(run(script, { stallMs: 300 })).rejects.toMatchObject({
      type: failureTypes.trainerStalled,
      message: 'the trainer was silent for 0.3 s and was ended',
    });
  });

  it('takes every event for a sign of life', async () => {
    const progress = say({ event: 'progress', step: 1, maxSteps: 9 });
    const finish = `${say({ event: 'finished', step: 9, outputs: {} })} process.exit();`;
    const script = `let n = 0; setInterval(() => { if (n++ < 6) { ${progress} } else { ${finish} } }, 500);`;
    expect(await run(script, { stallMs: 2_500 })).toMatchObject({ state: 'finished' });
  });

  it('asks it to save, and says that it was interrupted', async () => {
    const stop = new AbortController();
    const script = `process.on('SIGTERM', () => process.exit(75)); ${say({ event: 'progress', step: 1, maxSteps: 2 })} ${forever}`;
    const running = run(script, { signal: stop.signal, onEvent: () => stop.abort() });
    expect(await running).toEqual({ state: 'interrupted' });
  });

  it('uses force after the grace time', async () => {
    const stop = new AbortController();
    const script = `process.on('SIGTERM', () => {}); ${say({ event: 'progress', step: 1, maxSteps: 2 })} ${forever}`;
    const running = run(script, { signal: stop.signal, graceMs: 100, onEvent: () => stop.abort() });
    await expect(running).rejects.toMatchObject({ type: failureTypes.trainerCrashed });
  });

  it('leaves no process when the caller cannot take an event', async () => {
    let pid = 0;
    const script = `console.log(JSON.stringify({ event: 'progress', step: process.pid, maxSteps: 1 })); ${forever}`;
    const onEvent = (event: TrainerEvent): void => {
      if (event.event === 'progress') pid = event.step;
      throw new RangeError('defect');
    };
    await expect(run(script, { onEvent })).rejects.toThrow('defect');
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
