/**
 * `npm start -- skingpt-demo` on the real parts, made short: every part of the method runs, nothing is learned. The second
 * run differs in a setting that changes nothing, so that what is paid for comes from the store and only the training is
 * done again.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Home, makeHome } from '../support/home.ts';
import { familyOf, killAll } from '../support/process-table.ts';
import {
  adapterDigest,
  dermflow,
  type Finished,
  finish,
  type SeenStatus,
  shortSkinGptR1,
  startRecipe,
} from '../support/start.ts';

let home: Home;
let undisturbed: { finished: Finished; adapter: string };
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

it('runs every part and writes report and adapters', async () => {
  const finished = await finish(startRecipe('skingpt-demo', home, shortSkinGptR1));
  undisturbed = { finished, adapter: await adapterDigest(finished) };
  const asked = (finished.benchmarks ?? []).map(({ benchmark, label, items }) => `${label} ${benchmark} ${items}`);
  const models = ['base', 'dermcot', 'distillation'];
  expect(asked.toSorted()).toEqual(
    models.flatMap((model) => [`${model} classification-ham10000 8`, `${model} dermbench-part@drawn 4`]).toSorted(),
  );
  const page = await readFile(finished.report, 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  // A program stood in for people, and the page says so.
  expect(page).toMatch(/script|program/i);
  const folder = join(dirname(finished.report), 'adapter');
  expect(JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8'))).toMatchObject({
    adapter_type: 'dermflow-distillation',
  });
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('SkinGPT-R1');
});

it('says so at once the second time', async () => {
  const statuses: SeenStatus[] = [];
  const started = startRecipe('skingpt-demo', home, shortSkinGptR1);
  started.onStatus((status) => statuses.push(status));
  expect(await finish(started)).toMatchObject(undisturbed.finished);
  expect(statuses).toEqual([]);
});

/** Epoch of the distillation that is trained; 0 before it. The workflow's own words: epochs here are shorter than what heartbeats show. */
const epochOf = ({ progress }: SeenStatus): number => {
  const distillation = progress?.stages.find(({ stage, state }) => stage === 'distillation' && state === 'running');
  return Number(/^distillation, epoch (\d+) of/.exec(distillation?.detail ?? '')?.[1] ?? 0);
};

it('trains the same bytes where gpu worker and trainer are killed meanwhile', async () => {
  // No class of generated cases is filtered by it, but all that follows from the data has other keys.
  const started = startRecipe('skingpt-demo', home, [
    ...shortSkinGptR1,
    'data.minImagesPerClass=29',
    'distillation.dermcotEpochs=0',
  ]);
  const victims = [
    { from: 2, command: /workers\/main\.ts gpu$/ },
    // Of the worker that took the first one's place.
    { from: 5, command: /-m dermflow_trainer/ },
  ];
  let killed = 0;
  started.onStatus((status) => {
    const victim = victims[killed];
    if (victim === undefined || epochOf(status) < victim.from) return;
    killed += 1;
    void familyOf(started.pid).then((family) => killAll(family.filter(({ command }) => victim.command.test(command))));
  });
  const finished = await finish(started);
  expect(killed).toBe(2);
  expect(finished.run).not.toBe(undisturbed.finished.run);
  expect(await adapterDigest(finished)).toBe(undisturbed.adapter);
});

it('is told of by the verbs that look at the store alone', async () => {
  const { run } = undisturbed.finished;
  const { stdout } = await execa(process.execPath, [dermflow, 'plan', 'skingpt-demo'], { env: home.env });
  expect(stdout).toContain('skingpt-demo');
  expect(run).toMatch(/^skingpt-demo-[0-9a-f]{12}$/);
});
