/**
 * `npm run check`: types, import boundaries, circles, sizes, lint and format of both languages. Runs all, then fails if
 * one failed. `npm run format` mends what can be mended.
 */
import { execa } from 'execa';
import { repositoryRoot } from '../platform/env.ts';
import { ownEnvironment } from '../platform/own-environment.ts';

const write = process.argv.includes('--write');
const ruff = [ownEnvironment().trainerPython, '-m', 'ruff'];
const checks: readonly [title: string, command: readonly string[]][] = [
  ['types', ['tsc']],
  ['types of domain/: no Node, no DOM', ['tsc', '-p', 'domain']],
  ['types of workflows/: no Node, no DOM', ['tsc', '-p', 'workflows']],
  ["types of the pages' own scripts: DOM", ['tsc', '-p', 'activities/reporting/client']],
  ["types of the review page's script: DOM", ['tsc', '-p', 'cli/review/client']],
  ['types of test/browser/: DOM', ['tsc', '-p', 'test/browser']],
  ['lint, format and import boundaries', ['biome', 'check', '--error-on-warnings', ...(write ? ['--write'] : []), '.']],
  ['circles and sizes', ['node', 'infra/lint/structure.ts']],
  ['Python lint', [...ruff, 'check', '--quiet', ...(write ? ['--fix'] : []), 'trainer']],
  ['Python format', [...ruff, 'format', '--quiet', ...(write ? [] : ['--check']), 'trainer']],
];

let failed = 0;
for (const [title, [program = '', ...args]] of checks) {
  const { exitCode } = await execa(program, args, {
    cwd: repositoryRoot,
    preferLocal: true,
    reject: false,
    stdio: 'inherit',
  });
  console.log(`${exitCode === 0 ? '✓' : '✗'} ${title}`);
  if (exitCode !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
