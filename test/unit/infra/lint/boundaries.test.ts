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

/** What the linter says of files by these rules of the repository's own settings, one finding per line. */
async function lint(rules: readonly string[], files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryFolder();
  await writeFiles(root, {
    'biome.json': read('biome.json'),
    'infra/lint/no-clock-no-chance.grit': read('infra/lint/no-clock-no-chance.grit'),
    ...files,
  });
  const options = [
    '--vcs-enabled=false',
    ...rules.map((rule) => `--only=${rule}`),
    '--max-diagnostics=none',
    '--reporter=github',
  ];
  const { stdout } = await execa(join(repositoryRoot, 'node_modules/.bin/biome'), ['lint', ...options, '.'], {
    ...{ cwd: root, reject: false },
  });
  return stdout;
}

/** Folders whose import the linter refuses, by the folder of the file that imports them. */
async function findRefused(): Promise<Map<string, string[]>> {
  const probe = folders.map((each) => `import '../../${each}/probe.ts';\n`).join('');
  const probes = Object.fromEntries(folders.map((folder) => [`${folder}/below/probe.ts`, probe]));
  const stdout = await lint(['style/noRestrictedImports'], probes);
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

  it('is parsed in one place', () =>
    expect(sources.filter((file) => read(file).includes('readEnvironment(process.env)'))).toEqual([
      'platform/own-environment.ts',
    ]));

  it('is read elsewhere only where the reason stands beside it, and asked for where a process begins', async () => {
    const reads = 'export const home = process.env.HOME;';
    const asks = "import '../../platform/own-environment.ts';";
    const said = await lint(['style/noProcessEnv', 'style/noRestrictedImports'], {
      ...Object.fromEntries(['platform', 'activities', 'cli'].map((each) => [`${each}/below/reads.ts`, reads])),
      ...Object.fromEntries(['activities', 'cli'].map((each) => [`${each}/below/asks.ts`, asks])),
    });
    const found = [...said.matchAll(/lint\/style\/(\w+),file=(?:[^,]*\/)?(\w+\/below\/\w+)\.ts/g)];
    expect(found.map(([, rule, file]) => `${file}: ${rule}`).toSorted()).toEqual([
      'activities/below/asks: noRestrictedImports',
      ...['activities', 'cli', 'platform'].map((each) => `${each}/below/reads: noProcessEnv`),
    ]);
  });

  it('is changed only for proxies, for a user without a name, and by the rehearsal, which lives in a home of its own', () => {
    const changes =
      /Object\.assign\((?:process\.env|variables)\b|process\.env(?:\.\w+|\[[^\]]+\])\s*=[^=]|delete process\.env/;
    expect(sources.filter((file) => changes.test(read(file)))).toEqual([
      ...['platform/proxy.ts', 'platform/user.ts', 'infra/setup/main.mjs', 'bench/rehearse.ts'],
    ]);
  });
});
