import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadRewardPlugin } from '../../../activities/training/reward-plugin.ts';
import { scoreStep } from '../../../activities/training/reward-server.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { melanomaQuestion } from '../../support/cases.ts';
import { temporaryFolder, writeFiles } from '../../support/datasets.ts';

const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
const types = join(repositoryRoot, 'domain/rewards/plugin.ts');
const brevity = `import type { RewardPlugin } from '${types}';
export const brevity: RewardPlugin = ({ completion, answer, parts }): number =>
  completion.length < 200 && answer.letter === 'A' && parts.format === 1 ? 0.1 : 0;
export const broken = () => Number.NaN;
export const angry = () => { throw new Error('no mood'); };
export const seven = 7;
export const judge = async ({ completion }) => {
  await new Promise((over) => setTimeout(over, 20));
  return completion.length / 100;
};
export const busy = () => { for (;;); };
export const dies = () => process.exit(3);
export const strays = ({ completion }) => { Promise.reject(new Error('stray')); return new Promise(() => {}); };
export const away = async () => { throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }); };
export const limited = async () => { throw Object.assign(new Error('slow down'), { status: 429 }); };
const asked = new Map();
/** Fails the first two calls for one completion; a call is counted for each. */
export const flaky = async ({ completion }) => {
  asked.set(completion, (asked.get(completion) ?? 0) + 1);
  if (completion === 'melanoma' && asked.get(completion) < 3) throw new Error('not yet');
  return asked.get(completion);
};
`;
const limits = { timeoutMs: 2_000, tries: 3, pauseMs: 1 };

async function pluginFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'plugins/own/brevity.ts': brevity,
    'plugins/syntax.ts': 'export const = ;',
    'plugins/leaves.ts': 'process.exit(4);',
    'outside.ts': brevity,
  });
  await symlink('../outside.ts', join(folder, 'plugins/link.ts'));
  return join(folder, 'plugins');
}

async function load(name: string, more: Partial<typeof limits> = {}) {
  const plugin = await loadRewardPlugin({ file: 'own/brevity.ts', name }, await pluginFolder(), { ...limits, ...more });
  onTestFinished(() => plugin?.close());
  return plugin;
}

const score = async (name: string, more: Partial<typeof limits> = {}) => {
  const plugin = await load(name, more);
  const question = melanomaQuestion({ id: 'q' });
  const completions = ['<thinking>x</thinking><final diagnosis>melanoma</final diagnosis>', 'melanoma'];
  const scoring = { questions: new Map([['q', question]]), settings, plugin };
  return (await scoreStep({ step: 1, ids: ['q', 'q'], completions }, scoring)).components;
};

describe('a reward of one’s own', () => {
  it('is not needed', async () => expect(await loadRewardPlugin(undefined, '/nowhere')).toBeNull());

  it('adds a component under its name, and is known by its bytes', async () => {
    expect(await score('brevity')).toEqual({
      format: [1, 0],
      granularity: [0.75, 0],
      malignancy: [0, 0],
      brevity: [0.1, 0],
    });
    const plugin = await load('brevity');
    expect(plugin?.sha256).toBe(digestOf(brevity));
  });

  it('is loaded again when its file has changed', async () => {
    const folder = await temporaryFolder();
    const first = async (value: number): Promise<number | undefined> => {
      await writeFiles(folder, { 'own.ts': `export const own = () => ${value};` });
      const plugin = await loadRewardPlugin({ file: 'own.ts', name: 'own' }, folder);
      onTestFinished(() => plugin?.close());
      const question = melanomaQuestion();
      const answer = { format: false, letter: null, malignancy: null, unreadable: 'no tags' as const };
      const parts = { format: 0, granularity: 0, malignancy: 0 };
      return (await plugin?.reward([{ completion: '', question, answer, parts }]))?.[0];
    };
    expect([await first(1), await first(2)]).toEqual([1, 2]);
  });

  it.each([
    [{ file: 'nothing.ts', name: 'x' }, /there is no nothing\.ts in .*set DERMFLOW_PLUGINS/],
    [{ file: 'link.ts', name: 'brevity' }, /link\.ts lies outside/],
    [{ file: '../outside.ts', name: 'brevity' }, /lies outside/],
    [{ file: 'syntax.ts', name: 'x' }, /cannot be loaded: /],
    [{ file: 'leaves.ts', name: 'x' }, /cannot be loaded: it broke off/],
    [
      { file: 'own/brevity.ts', name: 'terse' },
      /exports no function "terse"; it exports angry, away, brevity, broken, /,
    ],
    [{ file: 'own/brevity.ts', name: 'seven' }, /exports no function "seven"/],
  ])('%j is refused', async (plugin, message) =>
    expect(loadRewardPlugin(plugin, await pluginFolder())).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(message),
    }),
  );

  it.each([
    ['broken', /returned NaN on question q, not a number \(3 tries\)/],
    ['angry', /threw on question q: Error: no mood \(3 tries\)/],
    ['dies', /broke off on question q \(3 tries\)/],
    ['strays', /broke off \(Error: stray\) on question q \(3 tries\)/],
  ])('that is %s fails as a mistake of its author', async (name, message) =>
    expect(score(name)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(message),
    }),
  );

  it.each([
    ['busy', /gave no reward within 0\.2 s on question q \(3 tries\); .* DERMFLOW_REWARD_TIMEOUT/],
    ['away', /threw on question q: TypeError: fetch failed \(3 tries\); bring back what it calls/],
    ['limited', /slow down \(3 tries\)/],
  ])('that waits for something (%s) is waited for by the run', async (name, message) =>
    expect(score(name, { timeoutMs: 200 })).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringMatching(message),
    }),
  );

  it('may be asynchronous', async () => expect((await score('judge')).judge).toEqual([0.65, 0.08]));

  it('that computes without end holds nothing up', async () => {
    let beats = 0;
    const timer = setInterval(() => beats++, 10);
    onTestFinished(() => clearInterval(timer));
    await expect(score('busy', { timeoutMs: 300, tries: 1 })).rejects.toThrow();
    expect(beats).toBeGreaterThan(10);
  });

  it('is asked again only for what failed', async () => expect((await score('flaky')).flaky).toEqual([1, 3]));

  it('scores the next step after a failure', async () => {
    const plugin = await load('busy', { timeoutMs: 200, tries: 1 });
    const question = melanomaQuestion({ id: 'q' });
    const answer = { format: false, letter: null, malignancy: null, unreadable: 'no tags' as const };
    const input = { completion: '', question, answer, parts: { format: 0, granularity: 0, malignancy: 0 } };
    for (let step = 0; step < 2; step++) await expect(plugin?.reward([input])).rejects.toThrow('within 0.2 s');
    expect(await plugin?.reward([])).toEqual([]);
  });
});
