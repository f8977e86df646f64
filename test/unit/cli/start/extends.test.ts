import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecipeOf } from '../../../../cli/start/recipes.ts';
import { overlay } from '../../../../domain/recipe/overlay.ts';
import { repositoryRoot } from '../../../../platform/env.ts';
import { temporaryFolder, writeFiles } from '../../../support/datasets.ts';

describe('overlay', () => {
  it.each([
    [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 4 } }, { a: 1, b: { c: 2, d: 4 } }],
    [{ a: [1, 2] }, { a: [] }, { a: [] }],
    [{ a: { b: 1 } }, { a: null }, { a: null }],
    [{ a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
    [{ a: 1 }, null, null],
  ])('%j under %j is %j', (base, changes, expected) => expect(overlay(base, changes)).toEqual(expected));
});

describe('a recipe that extends another', () => {
  it('is that recipe with its own fields put over it', async () => {
    const base = await readRecipeOf('skin-r1', 'skin-r1');
    const flat = await readRecipeOf('skin-r1', 'flat-reward');
    expect(flat).toEqual({
      ...base,
      name: 'flat-reward',
      grpo: { ...base.grpo, rlOnlyMilestones: [] },
      rewards: { ...base.rewards, granularity: 'flat' },
    });
  });

  it('may itself be extended and changed by --set', async () => {
    const folder = await temporaryFolder();
    const demo = join(repositoryRoot, 'recipes/demo.yaml');
    const { readFile } = await import('node:fs/promises');
    await writeFiles(folder, {
      'a.yaml': await readFile(demo, 'utf8'),
      'b.yaml': 'extends: a.yaml\nname: b\nseed: 7\n',
      'c.yaml': 'extends: b.yaml\nname: c\n',
    });
    const recipe = await readRecipeOf('skin-r1', join(folder, 'c.yaml'), { set: ['grpo.beta=0.5'] });
    expect(recipe).toMatchObject({ name: 'c', seed: 7, grpo: { beta: 0.5, generations: 4 } });
  });

  it.each([
    ['extends: c.yaml\n', /extends itself/],
    ['extends: nothing.yaml\n', /nothing\.yaml: cannot be read/],
    ['extends: ../a.yaml\n', /extends is "\.\.\/a\.yaml": expected the name of a file beside it/],
    ['extends: [a.yaml]\n', /expected the name of a file beside it/],
    ['extends: a.yaml\nsft: { epoch: 1 }\n', /unknown field "sft.epoch"/],
  ])('is refused when it says %j', async (text, message) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'c.yaml': text, 'a.yaml': 'name: a\nsft: {}\n' });
    await expect(readRecipeOf('skin-r1', join(folder, 'c.yaml'))).rejects.toThrow(message);
  });
});

describe('ablations', () => {
  const refused: [set: string[], message: string][] = [
    [['sft.epochs=0'], 'grpo.milestones is [20,40,60]: GRPO continues the adapter of SFT'],
    [['sft.epochs=0', 'grpo.milestones=[]', 'grpo.rlOnlyMilestones=[]'], 'sft.epochs is 0: nothing is trained'],
    [['rewards.plugin={file: ../x.ts, name: x}'], 'rewards.plugin.file is "../x.ts": expected a relative path'],
    [['rewards.plugin={file: /etc/x.ts, name: x}'], 'expected a relative path'],
    [['rewards.plugin={file: x.js, name: x}'], 'expected a relative path of a .ts file'],
    [['rewards.plugin={file: x.ts, name: format}'], 'may not be format, granularity, malignancy'],
  ];
  it.each(refused)('demo with %j is refused', async (set, message) =>
    expect(readRecipeOf('skin-r1', 'demo', { set })).rejects.toThrow(message),
  );
});
