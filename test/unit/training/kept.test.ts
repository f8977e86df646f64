import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { withScratchFolder } from '../../../activities/scratch.ts';
import type { CheckpointFacts } from '../../../activities/training/checkpoint-facts.ts';
import {
  keepingUnsaved,
  keepSealed,
  keptOf,
  keptStages,
  pruneKept,
  sweepAndKeep,
  takeKept,
} from '../../../activities/training/kept.ts';
import { type SealedCheckpoint, seal } from '../../../activities/training/seal.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { scratchFolderOf } from '../../support/scratch.ts';

const logger = pino({ level: 'silent' });
const [stageA, stageB] = ['a'.repeat(64), 'b'.repeat(64)];
const facts: CheckpointFacts = {
  ...{ stage: 'sft', step: 1, exact: true, resumes: [], values: { loss: 1 } },
  environment: { software: {}, device: 'cpu', worldSize: 1, threads: 1, numerics: {} },
  trust: { verdict: 'exact', reasons: [] },
};
const log = { metrics: [{ step: 1, values: { loss: 1 } }], samples: [], usage: [] };
const everyStep = { above: 0, upTo: 1_000 };

/** Writes a checkpoint as an attempt does, a dead one unless its folder is there. */
async function saved(
  scratch: string,
  step: number,
  stageKey = stageA,
  attempt = 'sft-abc123',
): Promise<SealedCheckpoint> {
  if (!existsSync(join(scratch, attempt))) await scratchFolderOf(scratch, attempt);
  const folder = join(scratch, attempt, 'output', `checkpoint-${step}`);
  await mkdir(join(folder, 'ref'), { recursive: true });
  await writeFile(join(folder, 'optimizer.pt'), `state of ${step}`);
  await writeFile(join(folder, 'ref/adapter.safetensors'), 'reference');
  await writeFile(join(folder, 'training_args.bin'), 'a pickle');
  return seal({ stageKey, step, folder, facts: { ...facts, step }, log });
}

const stepsOf = async (scratch: string, stageKey = stageA): Promise<number[]> =>
  (await keptOf(scratch, stageKey)).map(({ step }) => step);

async function newAttempt(scratch: string): Promise<string> {
  const folder = join(scratch, 'attempt');
  await mkdir(folder, { recursive: true });
  return folder;
}

describe('what a dead process left', () => {
  it('is kept where it was sealed, the two newest of each stage, and the rest is removed', async () => {
    const scratch = await temporaryFolder();
    for (const step of [3, 12, 9]) await saved(scratch, step);
    await saved(scratch, 5, stageB, 'grpo-abc123');
    await mkdir(join(scratch, 'sft-abc123/output/checkpoint-15'));
    await writeFile(join(scratch, 'sft-abc123/output/checkpoint-15/optimizer.pt'), 'half');
    await sweepAndKeep(scratch, logger);
    expect(await readdir(scratch)).toEqual(['kept']);
    expect([await stepsOf(scratch), await stepsOf(scratch, stageB)]).toEqual([[12, 9], [5]]);
    const taken = await takeKept(scratch, stageA, everyStep, await newAttempt(scratch), logger);
    expect(taken).toMatchObject({ step: 12, facts: { step: 12, trust: { verdict: 'exact' } } });
    expect(Object.keys(taken?.files ?? {}).toSorted()).toEqual([
      ...['dermflow-metrics.jsonl', 'dermflow-samples.jsonl', 'dermflow-usage.jsonl'],
      ...['optimizer.pt', 'ref/adapter.safetensors'],
    ]);
  });

  it('is found again when the attempt that took it dies too', async () => {
    const scratch = await temporaryFolder();
    await saved(scratch, 12);
    for (let kill = 0; kill < 3; kill++) {
      await sweepAndKeep(scratch, logger);
      const folder = join(scratch, 'sft-next00');
      await scratchFolderOf(scratch, 'sft-next00');
      expect(await takeKept(scratch, stageA, everyStep, folder, logger)).toMatchObject({ step: 12 });
    }
  });

  it.each([
    ['another byte', (folder: string) => writeFile(join(folder, 'optimizer.pt'), 'state of 13')],
    ['a byte less', (folder: string) => writeFile(join(folder, 'optimizer.pt'), 'state of 1')],
    ['a file less', (folder: string) => rm(join(folder, 'ref/adapter.safetensors'))],
    ['half a seal', (folder: string) => writeFile(join(folder, 'dermflow-sealed.json'), '{"schema":1,"sta')],
  ])('is passed over with %s, for the one before', async (_, damage) => {
    const scratch = await temporaryFolder();
    await saved(scratch, 9);
    await damage((await saved(scratch, 12)).folder);
    await sweepAndKeep(scratch, logger);
    expect(await takeKept(scratch, stageA, everyStep, await newAttempt(scratch), logger)).toMatchObject({ step: 9 });
    expect(await takeKept(scratch, stageA, everyStep, await newAttempt(scratch), logger)).toBeNull();
  });

  it('serves only what is newer than the store’s and within the stretch', async () => {
    const scratch = await temporaryFolder();
    for (const step of [9, 12]) await saved(scratch, step);
    await sweepAndKeep(scratch, logger);
    const folder = await newAttempt(scratch);
    expect(await takeKept(scratch, stageA, { above: 12, upTo: 20 }, folder, logger)).toBeNull();
    expect(await takeKept(scratch, stageB, everyStep, folder, logger)).toBeNull();
    expect(await takeKept(scratch, stageA, { above: 5, upTo: 10 }, folder, logger)).toMatchObject({ step: 9 });
  });

  it('goes to one of many attempts and processes', async () => {
    const scratch = await temporaryFolder();
    await saved(scratch, 12);
    await Promise.all(Array.from({ length: 5 }, () => sweepAndKeep(scratch, logger)));
    const folders = await Promise.all(
      Array.from({ length: 5 }, async (_, i) => {
        await mkdir(join(scratch, `attempt${i}`));
        return join(scratch, `attempt${i}`);
      }),
    );
    const taken = await Promise.all(folders.map((folder) => takeKept(scratch, stageA, everyStep, folder, logger)));
    expect(taken.filter((each) => each !== null)).toHaveLength(1);
  });

  it('stays where it is while it cannot be moved', async () => {
    const scratch = await temporaryFolder();
    await writeFile(join(scratch, 'kept'), 'in the way');
    const failing = withScratchFolder(scratch, 'sft', async (folder) => {
      await saved(scratch, 12, stageA, relative(scratch, folder));
      await saved(scratch, 9, stageB);
      await keepingUnsaved(scratch, folder, logger, () => Promise.reject(new RangeError('the attempt')));
    });
    await expect(failing).rejects.toThrow('the attempt');
    await sweepAndKeep(scratch, logger);
    await rm(join(scratch, 'kept'));
    await sweepAndKeep(scratch, logger);
    expect([await stepsOf(scratch), await stepsOf(scratch, stageB)]).toEqual([[12], [9]]);
    expect(await readdir(scratch)).toEqual(['kept']);
  });

  it('replaces what was left of one whose removal was cut off', async () => {
    const scratch = await temporaryFolder();
    const half = join(scratch, 'kept', stageA, 'step-00000012');
    await mkdir(half, { recursive: true });
    await writeFile(join(half, 'optimizer.pt'), 'left');
    await saved(scratch, 12);
    await keepSealed(scratch, join(scratch, 'sft-abc123'), logger);
    expect(await stepsOf(scratch)).toEqual([12]);
  });
});

it('a process killed with -9 while it seals and keeps leaves a whole checkpoint or none', async () => {
  const scratch = await temporaryFolder();
  const child = fileURLToPath(new URL('../../support/keep-for-ever.ts', import.meta.url));
  let last = 0;
  for (let kill = 0; kill < 6; kill++) {
    const process = execa('node', [child, scratch, String(last)], { reject: false });
    let said = '';
    process.stdout.on('data', (data: Buffer) => {
      said += data.toString();
    });
    while (!said.includes('\n')) await sleep(5);
    await sleep(Math.random() * 40);
    process.kill('SIGKILL');
    await process;
    const sealed = Number(said.trimEnd().split('\n').at(-1));
    await sweepAndKeep(scratch, logger);
    const folder = await newAttempt(scratch);
    const taken = await takeKept(scratch, stageA, { above: 0, upTo: 1e9 }, folder, logger);
    // What the process said to be sealed is there, or the one that it sealed next.
    expect(taken?.step).toBeGreaterThanOrEqual(sealed);
    last = taken?.step ?? 0;
    await rm(folder, { recursive: true });
  }
});

describe('the room of kept checkpoints', () => {
  const dayMs = 86_400_000;
  it('is given back when the store has the step or a later one, not when it cannot say', async () => {
    const scratch = await temporaryFolder();
    await saved(scratch, 12);
    await saved(scratch, 5, stageB, 'grpo-abc123');
    await sweepAndKeep(scratch, logger);
    await pruneKept(scratch, () => Promise.reject(new Error('away')), logger);
    await pruneKept(scratch, async (key) => (key === stageA ? 11 : null), logger);
    expect([await stepsOf(scratch), await stepsOf(scratch, stageB)]).toEqual([[12], [5]]);
    await pruneKept(scratch, async (key) => (key === stageA ? 12 : null), logger);
    expect([await stepsOf(scratch), await stepsOf(scratch, stageB)]).toEqual([[], [5]]);
    await pruneKept(scratch, async () => 500, logger);
    expect(existsSync(join(scratch, 'kept'))).toBe(false);
  });

  it('ends after fourteen days and with the fifth stage', async () => {
    const scratch = await temporaryFolder();
    const keys = ['1', '2', '3', '4', '5', '6'].map((digit) => digit.repeat(64));
    for (const [i, key] of keys.entries()) {
      await saved(scratch, 3, key, `sft-stage${i}`);
      await sweepAndKeep(scratch, logger);
      const at = new Date(Date.now() - (i === 0 ? 14.1 : 1 + i) * dayMs);
      await utimes(join(scratch, 'kept', key, 'step-00000003'), at, at);
    }
    await pruneKept(scratch, async () => null, logger);
    expect((await readdir(join(scratch, 'kept'))).toSorted()).toEqual(keys.slice(1, 1 + keptStages));
  });
});
