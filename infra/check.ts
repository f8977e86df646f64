/** `npm run check`: types, import boundaries, lint and format of both languages. Runs all, then fails if one failed. */
import { execa } from 'execa';
import { readEnvironment, repositoryRoot } from './env.ts';

const ruff = [readEnvironment(process.env).trainerPython, '-m', 'ruff'];
const checks: readonly [title: string, command: readonly string[]][] = [
  ['types', ['tsc']],
  ['types of domain/: no Node, no DOM', ['tsc', '-p', 'domain']],
  ['types of workflows/: no Node, no DOM', ['tsc', '-p', 'workflows']],
  ['lint, format and import boundaries', ['biome', 'check', '--error-on-warnings', '.']],
  ['Python lint', [...ruff, 'check', '--quiet', 'trainer']],
  ['Python format', [...ruff, 'format', '--quiet', '--check', 'trainer']],
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
