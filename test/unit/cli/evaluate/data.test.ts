/** What `--data` names: a recipe of the product, a file, or a run. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasRecipe } from '../../../../cli/start/recipes.ts';
import { temporaryFolder, writeFiles } from '../../../support/datasets.ts';

describe('a recipe', () => {
  it('is one whatever stands in it, so that its mistake is told and no run is looked for', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'mine.yaml': 'a: [\n' });
    expect(await hasRecipe(join(folder, 'mine.yaml'))).toBe(true);
    expect(await hasRecipe(join(folder, 'other.yaml'))).toBe(false);
    expect(await hasRecipe(folder)).toBe(false);
    expect([await hasRecipe('demo'), await hasRecipe('demo-5f2a9c0d1e3b')]).toEqual([true, false]);
  });
});
