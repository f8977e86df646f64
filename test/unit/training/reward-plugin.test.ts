import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRewardPlugin } from '../../../activities/training/reward-plugin.ts';
import { scoreStep } from '../../../activities/training/reward-server.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { repositoryRoot } from '../../../infra/env.ts';
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
`;

async function pluginFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'plugins/own/brevity.ts': brevity,
    'plugins/syntax.ts': 'export const = ;',
    'outside.ts': brevity,
  });
  await symlink('../outside.ts', join(folder, 'plugins/link.ts'));
  return join(folder, 'plugins');
}

const score = async (name: string) => {
  const plugin = await loadRewardPlugin({ file: 'own/brevity.ts', name }, await pluginFolder());
  const question = melanomaQuestion({ id: 'q' });
  const completions = ['<thinking>x</thinking><final diagnosis>melanoma</final diagnosis>', 'melanoma'];
  const scoring = { questions: new Map([['q', question]]), settings, plugin };
  return scoreStep({ step: 1, ids: ['q', 'q'], completions }, scoring).components;
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
    const plugin = await loadRewardPlugin({ file: 'own/brevity.ts', name: 'brevity' }, await pluginFolder());
    expect(plugin?.sha256).toBe(digestOf(brevity));
  });

  it('is loaded anew when its file has changed', async () => {
    const folder = await temporaryFolder();
    const load = async (value: number): Promise<number | undefined> => {
      await writeFiles(folder, { 'own.ts': `export const own = () => ${value};` });
      const plugin = await loadRewardPlugin({ file: 'own.ts', name: 'own' }, folder);
      const question = melanomaQuestion();
      const answer = { format: false, letter: null, malignancy: null, unreadable: 'no tags' as const };
      return plugin?.reward({ completion: '', question, answer, parts: { format: 0, granularity: 0, malignancy: 0 } });
    };
    expect([await load(1), await load(2)]).toEqual([1, 2]);
  });

  it.each([
    [{ file: 'nothing.ts', name: 'x' }, /there is no nothing\.ts in .*set DERMFLOW_PLUGINS/],
    [{ file: 'link.ts', name: 'brevity' }, /link\.ts lies outside/],
    [{ file: '../outside.ts', name: 'brevity' }, /lies outside/],
    [{ file: 'syntax.ts', name: 'x' }, /cannot be loaded: /],
    [
      { file: 'own/brevity.ts', name: 'terse' },
      /exports no function "terse"; it exports angry, brevity, broken, seven/,
    ],
    [{ file: 'own/brevity.ts', name: 'seven' }, /exports no function "seven"/],
  ])('%j is refused', async (plugin, message) =>
    expect(loadRewardPlugin(plugin, await pluginFolder())).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(message),
    }),
  );

  it.each([
    ['broken', /returned NaN on question q, not a number/],
    ['angry', /threw on question q: Error: no mood/],
  ])('that is %s fails as a mistake of its author', async (name, message) =>
    expect(score(name)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(message),
    }),
  );
});
