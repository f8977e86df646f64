/** Several trainer processes under `accelerate launch`, for real: on CPU they talk by gloo instead of NCCL. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import getPort from 'get-port';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareLaunch } from '../../../activities/trainer/launch.ts';
import { runTrainer } from '../../../activities/trainer/trainer-process.ts';
import type { TrainerEvent } from '../../../domain/trainer.ts';
import { readEnvironment, type TrainerPlace } from '../../../platform/env.ts';
import { sftJob } from '../../support/jobs.ts';
import { buildMicroModel, type MicroModel, trainer, writeRows } from '../../support/micro-model.ts';

const seconds = 1000;
let micro: MicroModel;
beforeAll(async () => {
  micro = await buildMicroModel();
  const rows = (await writeRows(8, join(micro.folder, 'images'))).map((row) => ({ ...row, completion: 'w1 w2' }));
  await writeFile(join(micro.folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}, 120 * seconds);
afterAll(() => micro.remove());

/** Runs a job of `steps` steps in a folder of its own; `stopAfter`: the step at which it is asked to stop. */
async function launch(name: string, steps: number, place: Partial<TrainerPlace>, stopAfter = Number.POSITIVE_INFINITY) {
  const folder = join(micro.folder, name);
  await mkdir(folder);
  await writeFile(join(folder, 'job.json'), JSON.stringify(sftJob(micro, folder, steps)));
  const settings = { ...readEnvironment({}).trainer, ...place };
  const command = await prepareLaunch(trainer.python, join(folder, 'job.json'), settings);
  const events: TrainerEvent[] = [];
  const stop = new AbortController();
  const onEvent = (event: TrainerEvent): void => {
    events.push(event);
    if (event.event === 'progress' && event.step >= stopAfter) stop.abort();
  };
  const supervision = { logger: pino({ level: 'silent' }), stallMs: 200 * seconds, graceMs: 100 * seconds };
  const end = await runTrainer(command, supervision, { signal: stop.signal, onEvent });
  const started = events.find((event) => event.event === 'started');
  return { end, events, worldSize: started?.event === 'started' ? started.worldSize : 0 };
}

describe('accelerate launch', { timeout: 300 * seconds }, () => {
  it('trains on two processes and tells of it once', async () => {
    const { end, events, worldSize } = await launch('two', 2, { processes: 2 });
    expect(end.state).toBe('finished');
    expect(worldSize).toBe(2);
    expect(events.filter((event) => event.event === 'progress')).toHaveLength(2);
  });

  it('saves and leaves when it is asked to stop', async () => {
    const { end, events } = await launch('stopped', 5000, { processes: 2 }, 2);
    expect(end.state).toBe('interrupted');
    const step = events.at(-1)?.step;
    expect(events.slice(-2)).toMatchObject([
      { event: 'checkpoint', step },
      { event: 'interrupted', step },
    ]);
  });

  it('trains on two machines, started by a launcher', async () => {
    // Stands for srun: the same command once for each machine, with the machine's rank in its environment.
    const launcher = join(micro.folder, 'on-two-machines.sh');
    await writeFile(launcher, '#!/bin/sh\nSLURM_NODEID=1 "$@" & SLURM_NODEID=0 "$@"; status=$?; wait; exit $status\n');
    await chmod(launcher, 0o755);
    const mainAddress = `127.0.0.1:${await getPort()}`;
    const { end, worldSize } = await launch('machines', 2, { machines: 2, mainAddress, launcher: [launcher] });
    expect(end.state).toBe('finished');
    expect(worldSize).toBe(2);
  });
});
