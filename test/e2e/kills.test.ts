/** kill -9 of each part while GRPO trains: the run completes, and its adapter has the bytes of the undisturbed run's. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../domain/artifact.ts';
import { type Home, makeHome } from '../support/home.ts';
import { familyOf, killAll, type ProcessEntry } from '../support/process-table.ts';
import { type Finished, type SeenStatus, type Started, startDemo } from '../support/start.ts';

const changes = ['grpo.rlOnlySteps=0', 'evaluation.noImageControl=false', 'evaluation.maxItems=4'];
/** Between the checkpoint of step 2 and the milestone of step 4. */
const killAt = 3;
const saveEvery = 2;

const homes: Home[] = [];
let undisturbed: string;

async function newHome(): Promise<Home> {
  const home = await makeHome();
  homes.push(home);
  return home;
}

const adapterDigest = async (finished: Finished): Promise<string> =>
  digestOf(await readFile(join(dirname(finished.report), 'adapter/adapter_model.safetensors')));

async function digestOfFinished({ ended }: Started): Promise<string> {
  const { exitCode, finished, stderr } = await ended;
  if (exitCode !== 0 || !finished) throw new Error(`ended with ${exitCode}: ${stderr}`);
  return adapterDigest(finished);
}

const grpoStep = ({ progress, pending }: SeenStatus): number => {
  const running = progress?.stages.some(({ stage, state }) => stage === 'grpo' && state === 'running');
  return running ? Math.max(0, ...pending.map(({ training }) => training?.step ?? 0)) : 0;
};

/** Resolves when GRPO has reached `killAt`, with the processes of the run at that moment. */
const whileTraining = (started: Started): Promise<ProcessEntry[]> =>
  new Promise((seen, failed) => {
    started.onStatus((status) => {
      if (grpoStep(status) >= killAt) familyOf(started.pid).then(seen, failed);
    });
    void started.ended.then(() => failed(new Error('the run ended before GRPO was seen')));
  });

beforeAll(async () => {
  undisturbed = await digestOfFinished(startDemo(await newHome(), changes));
});
afterAll(async () => {
  for (const home of homes) await home.remove();
});

const parts: [name: string, command: RegExp][] = [
  ['the gpu worker', /workers\/main\.ts gpu$/],
  ['the trainer', /-m dermflow_trainer/],
  ['the Temporal server', /^\S*temporal server start-dev/],
  ['the S3 server', /^\S*weed .*mini/],
];

describe('kill -9 during GRPO', () => {
  it.each(parts)('of %s', async (_, command) => {
    const started = startDemo(await newHome(), changes);
    const family = await whileTraining(started);
    const killed = family.filter((member) => command.test(member.command));
    expect(killed.length).toBeGreaterThan(0);
    const lowest: number[] = [];
    started.onStatus((status) => lowest.push(grpoStep(status)));
    killAll(killed);
    expect(await digestOfFinished(started)).toBe(undisturbed);
    // Steps repeated: never below the newest checkpoint before the kill.
    expect(Math.min(...lowest.filter((step) => step > 0))).toBeGreaterThanOrEqual(killAt - (killAt % saveEvery));
  });

  it('of the whole process tree, then the same command again', async () => {
    const home = await newHome();
    const started = startDemo(home, changes);
    killAll(await whileTraining(started));
    await started.ended;
    expect(await digestOfFinished(startDemo(home, changes))).toBe(undisturbed);
  });
});
