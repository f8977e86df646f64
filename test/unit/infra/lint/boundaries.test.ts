/** Who may import whom: README.md's table, held by biome.json. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../../platform/env.ts';
import { temporaryFolder, writeFiles } from '../../../support/datasets.ts';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** Each folder of the table that holds TypeScript, with what it may import; null: anything. */
const table = [...read('README.md').matchAll(/^\| `(\w+)\/`\s*\|[^|]*\|\s*([^|]*?)\s*\|$/gm)]
  .map(([, folder = '', cell = '']) => ({ folder, cell }))
  .filter(({ cell }) => cell !== '–')
  .map(({ folder, cell }) => ({
    folder,
    allowed: cell === 'anything' ? null : [folder, ...[...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)],
  }));
const folders = [...table.map(({ folder }) => folder), 'test', 'examples'];

/** Folders whose import the linter refuses, by the folder of the file that imports them. */
async function findRefused(): Promise<Map<string, string[]>> {
  const root = await temporaryFolder();
  const probe = folders.map((each) => `import '../../${each}/probe.ts';\n`).join('');
  await writeFiles(root, {
    'biome.json': read('biome.json'),
    'infra/lint/no-clock-no-chance.grit': read('infra/lint/no-clock-no-chance.grit'),
    ...Object.fromEntries(folders.map((folder) => [`${folder}/below/probe.ts`, probe])),
  });
  const options = [
    '--vcs-enabled=false',
    '--only=style/noRestrictedImports',
    '--max-diagnostics=none',
    '--reporter=github',
  ];
  const { stdout } = await execa(join(repositoryRoot, 'node_modules/.bin/biome'), ['lint', ...options, '.'], {
    ...{ cwd: root, reject: false },
  });
  const found = [...stdout.matchAll(/noRestrictedImports,file=(?:[^,]*\/)?(\w+)\/below\/probe\.ts,line=(\d+)/g)];
  const refused = Map.groupBy(found, ([, folder = '']) => folder);
  return new Map(
    [...refused].map(([folder, own]) => [folder, own.map(([, , line]) => folders[Number(line) - 1] ?? '')]),
  );
}

describe('the table of allowed imports', () => {
  it('names every folder of TypeScript', () => {
    const holds = (folder: string): boolean =>
      readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' }).some((path) =>
        path.endsWith('.ts'),
      );
    const all = readdirSync(repositoryRoot, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^(?!node_modules|\.)/.test(entry.name))
      .map(({ name }) => name);
    expect(all.filter(holds).toSorted()).toEqual(folders.toSorted());
  });

  it('is held by the linter', async () => {
    const refused = await findRefused();
    for (const { folder, allowed } of table.filter((row) => row.allowed !== null)) {
      // No file names its own folder so.
      const others = folders.filter((each) => each !== folder);
      expect([folder, others.filter((each) => refused.get(folder)?.includes(each))]).toEqual([
        folder,
        others.filter((each) => !allowed?.includes(each)),
      ]);
    }
  });
});

describe('the environment of a process', () => {
  const sources = ['domain', 'platform', 'workflows', 'activities', 'workers', 'cli', 'infra', 'bench'].flatMap(
    (folder) =>
      readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.(?:ts|mjs)$/.test(path))
        .map((path) => `${folder}/${path}`),
  );

  it('is parsed once, where the process begins', () =>
    expect(sources.filter((file) => read(file).includes('readEnvironment(process.env)')).toSorted()).toEqual([
      ...['cli/environment.ts', 'infra/backbones.ts', 'infra/build-backbone.ts', 'infra/check.ts', 'infra/pytest.ts'],
      'workers/main.ts',
    ]));

  it('is changed only by set-up for a user without a name, and by the rehearsal, which lives in a home of its own', () => {
    const changes = /Object\.assign\(process\.env|process\.env(?:\.\w+|\[[^\]]+\])\s*=[^=]|delete process\.env/;
    expect(sources.filter((file) => changes.test(read(file)))).toEqual(['infra/setup/main.mjs', 'bench/rehearse.ts']);
  });
});
