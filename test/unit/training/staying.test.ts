import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeScratchFolder } from '../../../activities/scratch.ts';
import { spawnTrainer, type Trainer } from '../../../activities/trainer/trainer-process.ts';
import { createStayingTrainers, endHeld, type Held } from '../../../activities/training/staying.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { sftJob } from '../../support/jobs.ts';

const here = { stageKey: 'a'.repeat(64), checkpoint: 'b'.repeat(64) };

/** A process in the trainer's place. */
async function start(script = 'setInterval(() => {}, 1000)'): Promise<Held & { trainer: Trainer; folder: string }> {
  const inputs = await makeScratchFolder(await temporaryFolder(), 'inputs');
  const trainer = spawnTrainer({ file: 'node', args: ['-e', script] }, 1_000);
  onTestFinished(() => void trainer.process.kill('SIGKILL'));
  return { trainer, inputs, job: sftJob({ base: '/model', folder: '/data' }, '/job', 1), folder: inputs.path };
}

function setUp(waitMs = 60_000) {
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  return { staying: createStayingTrainers(ending.signal, waitMs), ending };
}

describe('trainers that stay', () => {
  it('are taken once, at the checkpoint where they stand', async () => {
    const { staying } = setUp();
    const held = await start();
    staying.keep(here, held);
    expect(await staying.take(here)).toBe(held);
    expect(held.trainer.isRunning).toBe(true);
    expect(await staying.take(here)).toBeNull();
    await endHeld(held);
    expect(existsSync(held.folder)).toBe(false);
  });

  it.each([
    ['another stage', { ...here, stageKey: 'c'.repeat(64) }],
    ['another checkpoint of the step', { ...here, checkpoint: 'c'.repeat(64) }],
    ['the start of a stage', null],
  ])('are gone, with what they read, before a trainer for %s begins', async (_, position) => {
    const { staying } = setUp();
    const held = await start();
    staying.keep(here, held);
    expect(await staying.take(position)).toBeNull();
    expect(held.trainer.isRunning).toBe(false);
    expect(existsSync(held.folder)).toBe(false);
  });

  it('are not taken when they have ended meanwhile', async () => {
    const { staying } = setUp();
    const held = await start('process.exit(0)');
    staying.keep(here, held);
    await held.trainer.process;
    expect(await staying.take(here)).toBeNull();
    expect(existsSync(held.folder)).toBe(false);
  });

  it('end when nobody wants them, and with the worker', async () => {
    const patient = setUp();
    const hasty = setUp(10);
    const [first, second] = [await start(), await start()];
    patient.staying.keep(here, first);
    hasty.staying.keep(here, second);
    await second.trainer.process;
    expect(first.trainer.isRunning).toBe(true);
    patient.ending.abort();
    await first.trainer.process;
    await expect.poll(() => [first, second].some(({ folder }) => existsSync(folder))).toBe(false);
  });
});
