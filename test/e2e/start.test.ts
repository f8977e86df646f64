/**
 * What `npm start` does, on the real parts: from nothing to the report; a second time out of the store; disturbed in
 * every way, to the same bytes. The tests share the undisturbed run, so they are one story in this order.
 */
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { readRecipe } from '../../cli/start/recipes.ts';
import { reportSchema } from '../../domain/methods/skin-r1/report/report.ts';
import { repositoryRoot } from '../../platform/env.ts';
import { type Home, makeHome } from '../support/home.ts';
import { familyOf, killAll, type ProcessEntry, processTable } from '../support/process-table.ts';
import {
  adapterDigest,
  dermflow,
  type Finished,
  finish,
  type SeenStatus,
  type Started,
  shortDemo,
  startDemo,
} from '../support/start.ts';

const homes: Home[] = [];
let undisturbed: { home: Home; finished: Finished; adapter: string };

async function newHome(): Promise<Home> {
  const home = await makeHome();
  homes.push(home);
  return home;
}
afterAll(async () => {
  for (const home of homes) await home.remove();
});

/** Step that GRPO has reached and its newest checkpoint in the store; null while another stage trains or it prepares. */
function grpoOf({ progress, pending }: SeenStatus): { step: number; checkpoint: number } | null {
  const running = progress?.stages.some(({ stage, state }) => stage === 'grpo' && state === 'running');
  const training = pending.flatMap((activity) => activity.training ?? [])[0];
  return running && training?.phase === 'training'
    ? { step: training.step, checkpoint: training.checkpoint ?? 0 }
    : null;
}

/** Resolves with the run's processes as soon as GRPO has done `step`. */
const reaching = (started: Started, step: number): Promise<ProcessEntry[]> =>
  new Promise((seen, failed) => {
    started.onStatus((status) => {
      if ((grpoOf(status)?.step ?? -1) >= step) familyOf(started.pid).then(seen, failed);
    });
    void started.ended.then(({ stderr }) => failed(new Error(`ended before GRPO's step ${step}: ${stderr}`)));
  });

const stillAlive = async (family: readonly ProcessEntry[]): Promise<ProcessEntry[]> => {
  const alive = new Set((await processTable()).map(({ pid, command }) => `${pid} ${command}`));
  return family.filter(({ pid, command }) => alive.has(`${pid} ${command}`));
};

describe('dermflow start', () => {
  it('runs every stage and writes report and adapter', async () => {
    const home = await newHome();
    const finished = await finish(startDemo(home));
    undisturbed = { home, finished, adapter: await adapterDigest(finished) };
    const labels = finished.evaluations.map(({ label }) => label);
    expect(labels).toEqual(
      expect.arrayContaining(['base', 'sft', 'sft-no-image', 'grpo-4', 'grpo-8', 'grpo-8-no-image']),
    );
    for (const { scores } of finished.evaluations) expect(scores.map(({ items }) => items)).toEqual([16, 16]);

    const report = reportSchema.parse(JSON.parse(await readFile(finished.report.replace(/html$/, 'json'), 'utf8')));
    expect(report.final).toBe('grpo-8');
    expect(report.training.grpo.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await readFile(finished.report, 'utf8')).toMatch(/^<!doctype html>/);
    const config = await readFile(join(dirname(finished.report), 'adapter/adapter_config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({ peft_type: 'LORA', r: 64, lora_alpha: 32 });
    // Where an accelerator is in sight there is no server, and no log of one.
    const trainers = await readFile(join(home.path, 'logs/trainers.log'), 'utf8').catch(() => '');
    expect(trainers).not.toContain('is started by itself');
  });

  it('says so at once the second time, and starts nothing', async () => {
    const started = startDemo(undisturbed.home);
    const statuses: SeenStatus[] = [];
    started.onStatus((status) => statuses.push(status));
    expect(await finish(started)).toEqual(undisturbed.finished);
    expect(statuses).toEqual([]);
  });

  it('takes everything from the store where it is not known that all is done', async () => {
    await rm(join(dirname(undisturbed.finished.report), 'finished.json'));
    const started = startDemo(undisturbed.home);

    const steps: number[] = [];
    started.onStatus(({ pending }) => {
      for (const { training } of pending) if (training?.phase === 'training') steps.push(training.step);
    });
    const finished = await finish(started);
    expect(finished.run).toBe(undisturbed.finished.run);
    expect(steps, 'steps trained').toEqual([]);
    expect(await adapterDigest(finished)).toBe(undisturbed.adapter);
  });

  const parts: [name: string, atStep: number, command: RegExp][] = [
    ['the gpu worker', 1, /workers\/main\.ts gpu$/],
    ['the trainer', 3, /-m dermflow_trainer/],
    ['the Temporal server', 5, /^\S*temporal server start-dev/],
    ['the S3 server', 7, /^\S*weed .*mini/],
  ];

  it('ends with the same bytes after kill -9 of gpu worker, trainer, Temporal and S3 during GRPO', async () => {
    const started = startDemo(await newHome());
    const trainers: number[][] = [];
    for (const [name, step, command] of parts) {
      const family = await reaching(started, step);
      const victims = family.filter((member) => command.test(member.command));
      expect(victims.length, name).toBeGreaterThan(0);
      // Exports for evaluation come and go.
      const isTrainer = /-m dermflow_trainer .*\/job\.json$/;
      trainers.push(family.filter((member) => isTrainer.test(member.command)).map(({ pid }) => pid));
      killAll(victims);
    }
    const [, , beforeTemporal, beforeS3] = trainers;
    expect(beforeS3, 'a healthy trainer outlasts the loss of Temporal').toEqual(beforeTemporal);
    expect(await adapterDigest(await finish(started))).toBe(undisturbed.adapter);
  });

  it('leaves no process behind when interrupted, and goes on from the newest checkpoint, also after kill -9 of all', async () => {
    const home = await newHome();
    const interrupted = startDemo(home);
    const family = await reaching(interrupted, 1);
    process.kill(interrupted.pid, 'SIGINT');
    const { exitCode, stderr } = await interrupted.ended;
    expect(stderr).toMatch(/the same command continues run/);
    expect(exitCode).toBe(1);
    expect(await stillAlive(family)).toEqual([]);

    const killed = startDemo(home);
    const seen: number[] = [];
    killed.onStatus((status) => seen.push(grpoOf(status)?.checkpoint ?? 0));
    killAll(await reaching(killed, 5));
    await killed.ended;
    const saved = Math.max(...seen);

    const last = startDemo(home);
    const steps: number[] = [];
    last.onStatus((status) => steps.push(...[grpoOf(status)?.step ?? []].flat()));
    expect(await adapterDigest(await finish(last))).toBe(undisturbed.adapter);
    // The first of them: after GRPO, the stage trains RL without SFT from its own step 1.
    expect(steps[0], 'first step seen again').toBeGreaterThanOrEqual(saved);
  });
});

describe('the other verbs, beside a stack that is up', () => {
  const settings = shortDemo.flatMap((change) => ['--set', change]);
  let temporal: string;
  let stop: () => Promise<unknown>;

  beforeAll(async () => {
    const { env } = undisturbed.home;
    const up = execa(process.execPath, [dermflow, 'up', '--json'], { env, reject: false, buffer: { stdout: false } });
    stop = () => {
      up.kill('SIGTERM');
      return up;
    };
    const [line] = await once(createInterface(up.stdout), 'line');
    temporal = z.object({ temporal: z.string() }).parse(JSON.parse(String(line))).temporal;
  });
  afterAll(() => stop());

  const verb = (...args: string[]) =>
    execa(process.execPath, [dermflow, ...args], { env: undisturbed.home.env, reject: false });
  const json = async (...args: string[]): Promise<unknown> => {
    const { stdout, stderr } = await verb(...args, '--json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  };

  it('doctor finds everything', async () => {
    expect((await verb('doctor')).exitCode).toBe(0);
  });

  it('list, status and report know the finished run', async () => {
    const { run } = undisturbed.finished;
    expect(await json('list', '--recipe', 'demo')).toMatchObject([{ run, state: 'COMPLETED', stage: 'report' }]);
    expect(await json('list', '--failed')).toEqual([]);
    expect(await json('status', run)).toMatchObject({ run, state: 'COMPLETED', failure: null, pending: [] });
    const folder = join(undisturbed.home.path, 'elsewhere');
    expect(await json('report', run, '--out', folder)).toMatchObject({ report: join(folder, 'report.html') });
    expect(await readFile(join(folder, 'report.html'))).toEqual(await readFile(undisturbed.finished.report));
  });

  it('run and resume say that it is finished', async () => {
    const { run } = undisturbed.finished;
    expect(await verb('run', 'demo', ...settings)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/is finished/),
    });
    expect(await verb('resume', run)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/nothing to resume/),
    });
  });

  it('cancel saves first, resume continues from there', async () => {
    const started = z.object({ run: z.string() });
    const { run } = started.parse(await json('run', 'demo', ...settings, '--set', 'grpo.beta=0.05', '--detach'));
    const trained = async (): Promise<number> => {
      const status = z.object({ pending: z.array(z.object({ training: z.object({ step: z.int() }).nullable() })) });
      return Math.max(0, ...status.parse(await json('status', run)).pending.map(({ training }) => training?.step ?? 0));
    };
    while ((await trained()) === 0) await sleep(500);
    expect(await json('cancel', run)).toEqual({ run, state: 'CANCELLED' });
    expect(await json('list', '--failed')).toMatchObject([{ run, state: 'CANCELLED' }]);
    expect((await verb('report', run)).exitCode).toBe(2);
    expect((await verb('resume', run)).stdout).toMatch(/continues; what is finished comes from the store/);
    expect((await verb('watch', run)).exitCode).toBe(0);
  });

  it('the example starts a run with nothing but the client', async () => {
    const file = join(undisturbed.home.path, 'short.yaml');
    await writeFile(file, stringify(await readRecipe('demo', { set: [...shortDemo] })));
    const example = join(repositoryRoot, 'examples/start-skin-r1.ts');
    const { stdout } = await execa(process.execPath, [example, file], { env: { TEMPORAL_ADDRESS: temporal } });
    expect(stdout).toMatch(/^started example-\d+\n/);
    expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({ report: { kind: 'report' } });
    const lines = (await readFile(example, 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(30);
    expect(
      lines.filter((line) => line.startsWith('import')).every((line) => /'(node:|@temporalio\/client')/.test(line)),
    ).toBe(true);
  });
});
