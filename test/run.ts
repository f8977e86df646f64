/**
 * `npm test`: the checks, every test of both languages but the rehearsal, and one closing line that counts them. A file of tests that
 * fails while others run beside it is run once more by itself: both results are told, and the second one counts.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { readEnvironment, repositoryRoot } from '../platform/env.ts';
import { type Count, none, type Outcome, outcomeSchema, outcomeVariable } from './support/counting-reporter.ts';

const folder = await mkdtemp(join(tmpdir(), 'dermflow-test-'));
const counts: Count[] = [];
try {
  counts.push(await runChecks());
  const [trainings, others] = await Promise.all([
    runTrainings(),
    runVitest(
      'others',
      ['!e2e', '!training', '!rehearsal'].flatMap((name) => ['--project', name]),
    ),
  ]);
  const files = [...trainings.vitest.files, ...others.files];
  const again = await runAlone(files.filter(({ ok }) => !ok).map(({ path }) => path));
  counts.push(
    trainings.python,
    ...files.filter(({ ok }) => ok).map(({ count }) => count),
    ...again.files.map(({ count }) => count),
  );
  counts.push(...[trainings.vitest, others, again].map(({ beside }) => beside));
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

/** What trains, one after the other: a trainer is busy on one core, so that the rest runs beside it. */
async function runTrainings(): Promise<{ python: Count; vitest: VitestRun }> {
  return {
    python: await runPytest(),
    vitest: await runVitest('trainings', ['--project', 'training', '--project', 'e2e']),
  };
}

async function runAlone(paths: readonly string[]): Promise<VitestRun> {
  if (paths.length === 0) return { files: [], beside: none };
  console.log(`\nOnce more, by themselves:\n${paths.join('\n')}\n`);
  const run = await runVitest('alone', paths);
  const passed = (path: string): boolean => run.files.some((file) => file.path === path && file.ok);
  const verdict = (path: string): string => (passed(path) ? 'failed beside others only' : 'failed twice');
  console.log(`\n${paths.map((path) => `${path}: ${verdict(path)}`).join('\n')}`);
  return run;
}

interface VitestRun {
  /** Paths are relative to the repository; a file that cannot be loaded is one failure. */
  files: Outcome['files'];
  /** Failures that belong to no file: stray errors, a crash. */
  beside: Count;
}

async function runVitest(name: string, chosen: readonly string[]): Promise<VitestRun> {
  const file = join(folder, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=./test/support/counting-reporter.ts'];
  const { exitCode } = await run('vitest', ['run', ...chosen, ...reporters], { env: { [outcomeVariable]: file } });
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { files: [], beside: { ...none, failed: 1 } };
  const { files, strayErrors } = outcomeSchema.parse(JSON.parse(text));
  const beside = { ...none, failed: strayErrors };
  return {
    files: files.map((each) => ({ ...each, path: relative(repositoryRoot, each.path) })),
    beside: files.every(({ ok }) => ok) ? orOneFailure(beside, exitCode) : beside,
  };
}

/** Exit status without a failed test (a crash) is a failure too. */
function orOneFailure(count: Count, exitCode: number | undefined): Count {
  return exitCode !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

async function runPytest(): Promise<Count> {
  const file = join(folder, 'pytest.xml');
  const python = readEnvironment(process.env).trainerPython;
  const args = ['-m', 'pytest', '-q', '--durations=15', `--junit-xml=${file}`];
  const { exitCode } = await run(python, args, { cwd: join(repositoryRoot, 'trainer') });
  const text = await readFile(file, 'utf8').catch(() => '');
  const number = (name: string): number =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  const skipped = number('skipped');
  return orOneFailure({ passed: number('tests') - failed - skipped, failed, skipped }, exitCode);
}

function run(program: string, args: string[], more: { cwd?: string; env?: Record<string, string> } = {}) {
  const where = { cwd: repositoryRoot, preferLocal: true, localDir: repositoryRoot };
  return execa(program, args, { ...where, reject: false, stdio: 'inherit', ...more });
}
