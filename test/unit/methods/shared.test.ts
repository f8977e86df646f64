import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importsOf } from '../../../infra/lint/circles.ts';
import { repositoryRoot } from '../../../platform/env.ts';

/** What belongs to one method: its folder, its recipe, its report, its stages' workflow, its ablations. */
const ofOneMethod =
  /^(?:domain\/(?:methods|recipe)\/|domain\/(?:contracts\/report|report\/(?:report|sets))\.ts|workflows\/[a-z0-9-]+\.ts|cli\/ablate\/)/;

it('a method’s whole recipe is read by the method alone; what serves several takes parts', async () => {
  const readers = new Set<string>();
  for await (const file of glob('{domain,activities,workflows,workers,cli,platform,infra}/**/*.ts', {
    cwd: repositoryRoot,
  })) {
    const imports = importsOf(file, await readFile(join(repositoryRoot, file), 'utf8'));
    if (imports.some(({ to }) => to.startsWith('domain/recipe/methods/'))) readers.add(file);
  }
  expect([...readers].filter((file) => !ofOneMethod.test(file))).toEqual([]);
  expect(readers.size).toBeGreaterThan(10);
});
