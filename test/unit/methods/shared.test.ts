import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { methods } from '../../../domain/methods/index.ts';
import { importsOf } from '../../../infra/lint/circles.ts';
import { repositoryRoot } from '../../../platform/env.ts';

const names = methods.map(({ name }) => name);

/** The method whose own a file is: its folders, its recipe, its stages, its workflow, its ablations. */
const ownerOf = (file: string): string | undefined =>
  names.find((name) => file.includes(`/${name}/`) || file.endsWith(`/${name}.ts`));

/** What holds a line for each method. */
const lists = [
  'activities/reporting/activities.ts',
  'activities/training/activities.ts',
  'cli/ablate/ablate.ts',
  'domain/contracts/report.ts',
  'domain/methods/index.ts',
  'domain/recipe/recipe.ts',
  'domain/stages/index.ts',
  'workflows/index.ts',
];

async function readImports(files: string): Promise<{ from: string; to: string }[]> {
  const found = [];
  for await (const file of glob(files, { cwd: repositoryRoot }))
    found.push(...importsOf(file, await readFile(join(repositoryRoot, file), 'utf8')));
  return found.filter(({ to }) => ownerOf(to) !== undefined);
}

describe('what is one method’s own', async () => {
  const imports = await readImports('{domain,activities,workflows,workers,cli,platform,infra}/**/*.ts');

  it('is read by that method and by the lists of all methods alone', () => {
    const others = imports.filter(({ from, to }) => ownerOf(from) !== ownerOf(to) && !lists.includes(from));
    expect(others.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('is not needed for the report of another, as that of the tiny method shows', async () => {
    const tiny = await readImports('test/support/tiny-method/*.ts');
    expect(tiny.map(({ to }) => to).filter((to) => /^(?:domain\/methods|activities)\//.test(to))).toEqual([]);
  });

  it.each(lists)('has a line in %s', (list) => expect(imports.map(({ from }) => from)).toContain(list));
});
