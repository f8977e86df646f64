/** `npm run test:trainer`: the trainer's pytest by the environment's Python. The last line reads "N passed, N failed". */
import { resolve } from 'node:path';
import { execa } from 'execa';
import { readEnvironment, repositoryRoot } from './env.ts';

const { trainerPython } = readEnvironment(process.env);
const pytest = execa(trainerPython, ['-m', 'pytest', '-q', '--color=no', ...process.argv.slice(2)], {
  cwd: resolve(repositoryRoot, 'trainer'),
  stdin: 'ignore',
  stdout: 'pipe',
  stderr: 'inherit',
  reject: false,
});
let closing = '';
for await (const line of pytest) {
  console.log(line);
  if (String(line).trim() !== '') closing = String(line);
}
const { exitCode } = await pytest;
// pytest's own summary: "2 failed, 70 passed, 1 skipped, 3 warnings, 1 error in 12.3s", each part only where above 0.
const count = (what: RegExp): number => Number(closing.match(what)?.[1] ?? 0);
const passed = count(/(\d+) passed/);
const failed = count(/(\d+) failed/) + count(/(\d+) errors?/);
// No count at all means that pytest itself did not run.
console.log(`${passed} passed, ${exitCode === 0 ? failed : Math.max(failed, 1)} failed`);
process.exitCode = exitCode === 0 ? 0 : 1;
