import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStandby } from '../../../activities/trainer/standby.ts';
import type { Trainer } from '../../../activities/trainer/trainer-process.ts';
import { temporaryFolder } from '../../support/datasets.ts';

const likeJob = { threads: 1, model: '/models/qwen' };

/** A program in the trainer's place: notes each start; standing by, it waits for a line and says it. */
async function setUp(options: { dies?: boolean } = {}) {
  const folder = await temporaryFolder();
  const [program, log] = [join(folder, 'python'), join(folder, 'log')];
  const wait = options.dies ? 'exit 1' : 'read path; echo "$path"; read nothing';
  await writeFile(
    program,
    `#!/bin/sh\necho "$@" >> ${log}\nif [ "$3" = --standby ]; then ${wait}; else echo "$3"; fi\n`,
  );
  await chmod(program, 0o755);
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const starts = async (): Promise<string[]> =>
    (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const started = async (count: number): Promise<void> => {
    while ((await starts()).length < count) await sleep(5);
  };
  return { program, ending, starts, started };
}

/** The first line that the trainer says. */
async function firstLine(trainer: Trainer): Promise<string> {
  const line = await trainer.lines.next();
  trainer.process.kill('SIGKILL');
  return line.done ? '' : line.value;
}

describe('a standby', () => {
  const cold = '-m dermflow_trainer /scratch/job.json';
  const waiting = `-m dermflow_trainer --standby ${JSON.stringify(likeJob)}`;

  it('starts a trainer for the job where none waits', async () => {
    const { program, ending, starts } = await setUp();
    const standby = createStandby(program, 1_000, ending.signal);
    expect(await firstLine(standby.start('/scratch/job.json'))).toBe('/scratch/job.json');
    expect(await starts()).toEqual([cold]);
  });

  it('gives the job to the one that waits, once', async () => {
    const { program, ending, starts } = await setUp();
    const standby = createStandby(program, 1_000, ending.signal);
    standby.prepare(likeJob);
    standby.prepare(likeJob);
    expect(await firstLine(standby.start('/scratch/job.json'))).toBe('/scratch/job.json');
    expect(await starts()).toEqual([waiting]);
    expect(await firstLine(standby.start('/scratch/job.json'))).toBe('/scratch/job.json');
    expect(await starts()).toEqual([waiting, cold]);
  });

  it('is not held up by one that died while it waited', async () => {
    const { program, ending, starts, started } = await setUp({ dies: true });
    const standby = createStandby(program, 1_000, ending.signal);
    standby.prepare(likeJob);
    await started(1);
    await sleep(500);
    expect(await firstLine(standby.start('/scratch/job.json'))).toBe('/scratch/job.json');
    expect(await starts()).toEqual([waiting, cold]);
  });

  it('ends the one that waits when the worker ends, and lets none wait without such a signal', async () => {
    const { program, ending, starts, started } = await setUp();
    const standby = createStandby(program, 1_000, ending.signal);
    standby.prepare(likeJob);
    await started(1);
    ending.abort();
    await sleep(100);
    standby.prepare(likeJob);
    createStandby(program, 1_000).prepare(likeJob);
    await sleep(100);
    expect(await starts()).toEqual([waiting]);
    expect(await firstLine(standby.start('/scratch/job.json'))).toBe('/scratch/job.json');
  });
});
