/** A namespace of others: without our search attributes, and with a worker whose code does not fit a run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { statusOf } from '../../../cli/follow/run-status.ts';
import { createSchedule, scheduleOptions, triggerNight } from '../../../cli/nights/schedules.ts';
import { handleOf, runOf, startRun } from '../../../cli/runs.ts';
import { skinR1Method } from '../../../domain/methods/skin-r1/method.ts';
import { searchAttributes, taskQueues } from '../../../domain/names.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { nightOf } from '../../support/evaluations.ts';
import { makeHome } from '../../support/home.ts';
import { smallRecipe } from '../../support/recipes.ts';
import { useRuns } from '../../support/runs.ts';
import { dermflow } from '../../support/start.ts';
import { startDevServer } from '../../support/temporal.ts';

const homes: Awaited<ReturnType<typeof makeHome>>[] = [];
afterAll(() => Promise.all(homes.map((home) => home.remove())));

describe.each([
  ['without search attributes', []],
  ['with one of them', [searchAttributes.recipe]],
  ['with all', Object.values(searchAttributes)],
])('a namespace %s', (_, attributes) => {
  const runs = useRuns(() => startDevServer(attributes));
  const complete = attributes.length === Object.values(searchAttributes).length;

  async function run(...args: string[]): Promise<{ stdout: string }> {
    const home = await makeHome();
    homes.push(home);
    const env = { ...home.env, TEMPORAL_ADDRESS: runs.environment.address };
    return execa(process.execPath, [dermflow, ...args], { env, reject: false });
  }

  it('runs a recipe to its end, and says what is missing and how to register it', async () => {
    const { client } = runs.environment;
    const recipe = smallRecipe();
    const said: string[] = [];
    const handle = await startRun(
      client,
      { input: { recipe }, run: runOf(recipe), reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' },
      (line) => said.push(line),
    );
    await expect(handle.result()).resolves.toHaveProperty('report');
    if (complete) return expect(said).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/^namespace default lacks search attributes; the run goes without/)]);
    expect(said[0]).toContain('temporal operator search-attribute create --namespace default --name DermflowRecipe');
    expect(said[0]).toContain('tcld namespace search-attributes add');
  });

  it('has nights, which say their verdict where they can', async () => {
    const { client } = runs.environment;
    const said: string[] = [];
    const times = { at: '02:30', timezone: 'UTC', catchupHours: 12 };
    runs.fakes.begin({});
    await createSchedule(client, scheduleOptions(nightOf(), times), (line) => said.push(line));
    expect(said).toHaveLength(complete ? 0 : 1);
    await triggerNight(client, 'tiny');
    const recent = async () =>
      (await client.schedule.getHandle('nightly-tiny').describe()).info.recentActions[0]?.action.workflow.workflowId;
    await expect.poll(recent, { timeout: 20_000 }).toBeDefined();
    const night = handleOf(client, (await recent()) ?? '');
    await expect(night.result()).resolves.toMatchObject({ verdict: 'drop' });
    const { DermflowVerdict } = (await night.describe()).searchAttributes;
    expect(DermflowVerdict).toEqual(complete ? ['drop'] : undefined);
  });

  it('is listed by recipe', async () => {
    const { name } = smallRecipe();
    await expect
      .poll(async () => JSON.parse((await run('list', '--recipe', name, '--json')).stdout), { timeout: 20_000 })
      .toEqual([expect.objectContaining({ run: runOf(smallRecipe()), state: 'COMPLETED' })]);
    expect(JSON.parse((await run('list', '--recipe', 'other', '--json')).stdout)).toEqual([]);
  });

  it('is told by doctor', async () => {
    const { stdout } = await run('doctor', '--json');
    const finding = JSON.parse(stdout).find((each: { name: string }) => each.name === 'search attributes');
    if (complete) return expect(finding).toMatchObject({ state: 'good' });
    expect(finding).toMatchObject({ state: 'absent', detail: expect.stringContaining('--name DermflowStage') });
  });

  it('says after a finished run how to run it again, and takes a name of its own', async () => {
    const { client } = runs.environment;
    const again = (name: string, recipe: SkinR1Recipe = smallRecipe()) =>
      startRun(client, { input: { recipe }, run: name, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' }, () => {});
    await expect(again(runOf(smallRecipe()))).rejects.toThrow(/is finished; "dermflow report .*" shows.*--as NAME/);
    const own = await again('second-try');
    await expect(own.result()).resolves.toHaveProperty('report');
  });
});

describe('a run that no worker can go on with', () => {
  const runs = useRuns(startDevServer);

  it('is told by status, with the words of the failure', async () => {
    const { client } = runs.environment;
    await client.workflow.start('skinR0', { taskQueue: taskQueues.orchestrator, workflowId: 'stuck', args: [{}] });
    await expect
      .poll(async () => (await statusOf(client, 'stuck')).stuck, { timeout: 60_000 })
      .toMatch(/^its workflow task has failed \d+ times: .*skinR0/);
    await handleOf(client, 'stuck').terminate();
  });

  it('does not take a name that is open with another recipe', async () => {
    const { client } = runs.environment;
    const stuck = { instead: { prepareData: () => sleep(60_000) as never } };
    runs.fakes.begin(stuck.instead);
    const start = (recipe: SkinR1Recipe) =>
      startRun(client, { input: { recipe }, run: 'mine', reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
    const handle = await start(smallRecipe());
    expect((await handle.describe()).type).toBe(skinR1Method.workflow);
    await expect(start({ ...smallRecipe(), seed: 77 })).rejects.toThrow(/--as mine: .* open with another recipe/);
    await expect(start(smallRecipe())).resolves.toBeDefined();
    await handle.terminate();
  });
});
