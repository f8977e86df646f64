/** `npm run bench <name> [-- options]`: a claim, measured against a named baseline in the same run. */
import { readdir } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { DermflowError, exitCodeOf, exitCodes } from '../domain/failures.ts';

const [name, ...args] = process.argv.slice(2);
const files = await readdir(import.meta.dirname);
const names = files.filter((file) => file.endsWith('.ts') && file !== 'main.ts').map((file) => file.slice(0, -3));

if (name === undefined || !names.includes(name)) {
  console.error(
    `${name === undefined ? 'no benchmark given' : `there is no benchmark "${name}"`}; one of ${names.join(', ')}`,
  );
  process.exit(exitCodes.userMistake);
}
const [cpu] = cpus();
console.log(
  `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
);
try {
  // Every file beside this one exports its benchmark as default.
  const benchmark: { default: (args: string[]) => Promise<void> } = await import(`./${name}.ts`);
  await benchmark.default(args);
  process.exit(); // with the code that the benchmark has set
} catch (error) {
  if (!(error instanceof DermflowError)) throw error;
  console.error(error.message);
  process.exit(exitCodeOf(error.type));
}
