/** What `npm start` does, on the real parts: from nothing to the report, a second time out of the store, and no orphan. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../domain/artifact.ts';
import { reportSchema } from '../../domain/report/report.ts';
import { type Home, makeHome } from '../support/home.ts';
import { familyOf, processTable } from '../support/process-table.ts';
import { type Finished, startDemo } from '../support/start.ts';

const changes = ['grpo.rlOnlySteps=2'];
let home: Home;
let first: Finished;

beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

const adapterOf = ({ report }: Finished): Promise<Buffer> =>
  readFile(join(dirname(report), 'adapter/adapter_model.safetensors'));

describe('dermflow start', () => {
  it('runs every stage and writes report and adapter', async () => {
    const started = startDemo(home, changes);
    const stages = new Set<string>();
    started.onStatus(({ progress }) => {
      for (const { stage, state } of progress?.stages ?? []) if (state === 'running') stages.add(stage);
    });
    const { exitCode, finished, stderr } = await started.ended;
    expect(stderr, 'what it said').not.toMatch(/error/i);
    expect(exitCode).toBe(0);
    if (!finished) throw new Error('there was no last line');
    first = finished;
    expect(finished.evaluations.map(({ label }) => label)).toEqual([
      'base',
      'sft',
      'grpo-4',
      'grpo-8',
      'grpo-8-no-image',
      'rl-only',
    ]);
    for (const { scores } of finished.evaluations) expect(scores.map(({ items }) => items)).toEqual([16, 16]);
    expect([...stages]).toEqual(expect.arrayContaining(['data', 'trajectories', 'sft', 'grpo']));

    const report = reportSchema.parse(JSON.parse(await readFile(finished.report.replace(/html$/, 'json'), 'utf8')));
    expect(report.final).toBe('grpo-8');
    expect(report.training.grpo.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await readFile(finished.report, 'utf8')).toMatch(/^<!doctype html>/);
    const config: unknown = JSON.parse(
      await readFile(join(dirname(finished.report), 'adapter/adapter_config.json'), 'utf8'),
    );
    expect(config).toMatchObject({ peft_type: 'LORA', r: 64, lora_alpha: 32 });
  });

  it('takes everything from the store the second time', async () => {
    const started = startDemo(home, changes);
    const steps: number[] = [];
    started.onStatus(({ pending }) => steps.push(...pending.flatMap(({ training }) => training?.step ?? [])));
    const { exitCode, finished } = await started.ended;
    expect(exitCode).toBe(0);
    expect(finished?.run).toBe(first.run);
    expect(steps, 'steps trained').toEqual([]);
    expect(finished && digestOf(await adapterOf(finished))).toBe(digestOf(await adapterOf(first)));
  });

  it('leaves no process behind when it is interrupted while it trains', async () => {
    const started = startDemo(home, [...changes, 'seed=2']);
    const family = await new Promise<Awaited<ReturnType<typeof familyOf>>>((seen) => {
      started.onStatus(({ pending }) => {
        if (pending.some(({ training }) => (training?.step ?? 0) > 0)) void familyOf(started.pid).then(seen);
      });
    });
    const commands = family.map(({ command }) => command).join('\n');
    for (const part of ['temporal', 'weed', 'workers/main.ts gpu', 'dermflow_trainer'])
      expect(commands).toContain(part);
    process.kill(started.pid, 'SIGINT');
    const { exitCode, stderr } = await started.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/the same command continues run/);
    const alive = new Set((await processTable()).map(({ pid, command }) => `${pid} ${command}`));
    expect(family.filter(({ pid, command }) => alive.has(`${pid} ${command}`))).toEqual([]);
  });
});
