/** `npm test`: the checks, every test of both languages, and one closing line that counts them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { readEnvironment, repositoryRoot } from '../platform/env.ts';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const folder = await mkdtemp(join(tmpdir(), 'dermflow-test-'));
const counts: Count[] = [];
try {
  counts.push(await runChecks());
  counts.push(...(await Promise.all([runTrainings(), runVitest('vitest', ['!e2e'])])).flat());
} finally {
  await rm(folder, { recursive: true, force: true });
}
const total = (name: keyof Count): number => counts.reduce((sum, count) => sum + count[name], 0);
console.log(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`);
process.exitCode = total('failed') === 0 && total('passed') > 0 ? 0 : 1;

/** Counts as one test. */
async function runChecks(): Promise<Count> {
  const { exitCode } = await run('node', ['infra/check.ts']);
  return { passed: Number(exitCode === 0), failed: Number(exitCode !== 0), skipped: 0 };
}

/** Exit status without a failed test (a file that cannot be loaded, a crash) is a failure too. */
function orOneFailure(count: Count, exitCode: number | undefined): Count {
  return exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** What trains from end to end, one after the other: a trainer is busy on one core, so that the rest runs beside it. */
async function runTrainings(): Promise<Count[]> {
  return [await runPytest(), await runVitest('e2e', ['e2e'])];
}

/** @param projects as vitest's `--project` takes them */
async function runVitest(name: string, projects: readonly string[]): Promise<Count> {
  const file = join(folder, `${name}.json`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  const { exitCode } = await run('vitest', [
    ...['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile=${file}`],
  ]);
  const schema = z.object({ numPassedTests: z.int(), numFailedTests: z.int(), numPendingTests: z.int() });
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests } = schema.parse(JSON.parse(text));
  return orOneFailure({ passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }, exitCode);
}

async function runPytest(): Promise<Count> {
  const file = join(folder, 'pytest.xml');
  const python = readEnvironment(process.env).trainerPython;
  const args = ['-m', 'pytest', '-q', '--durations=15', `--junit-xml=${file}`];
  const { exitCode } = await run(python, args, join(repositoryRoot, 'trainer'));
  const text = await readFile(file, 'utf8').catch(() => '');
  const number = (name: string): number =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const skipped = number('skipped');
  return orOneFailure({ passed: number('tests') - failed - skipped, failed, skipped }, exitCode);
}

function run(program: string, args: string[], cwd = repositoryRoot) {
  return execa(program, args, { cwd, preferLocal: true, localDir: repositoryRoot, reject: false, stdio: 'inherit' });
}
