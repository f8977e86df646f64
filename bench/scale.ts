/**
 * `npm run bench scale -- --sizes 10000,100000,1000000 --distractors matched --processes own --until report`: the whole
 * workflow but the training, on generated cases, each size in a process of its own started as a worker is; prints peak
 * memory, seconds, history events and the longest silence of each part.
 *
 * `--processes own` runs each part in a process of its own: what the part needs. `shared` runs all of them in one, one
 * after the other, as a worker does that has all roles: what the heap of one part has not given back counts for the
 * next. `--until data` ends after the first part. `--readings 3` measures each size three times.
 *
 * `--folder DIR` keeps the files of the last run of each size. `--folder DIR --only evaluation,report` then measures
 * these parts alone, on what that run gave to them (with its `--distractors`): minutes instead of hours. A part
 * finds none of the results that are in the store, and an evaluation no answers; in a run the evaluation of grey
 * pictures finds those to the real ones.
 *
 * What is real: the workflow on a Temporal server, data preparation (splits, groups, audit for leaks by perceptual hashes),
 * questions, trajectories, evaluation and report, their artifacts on disk. What stands in: the import (`bench data`
 * measures it; here its artifacts are written directly, for it reads pixels and these cases have none), the pixels
 * wherever they are fetched, the model (answers an option by chance), the language model (names the first finding that
 * it may), training. A tenth of the cases is a textbook's.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { userMistake } from '../domain/failures.ts';
import { distractorSources } from '../domain/questions/distractors.ts';
import { flatMemory } from '../infra/node24.mjs';
import { bundleWorkflows } from '../test/support/temporal.ts';
import { readCount } from './common/arguments.ts';
import { workflowsFile } from './scale/files.ts';
import { inOwnProcess, keptInputs } from './scale/own-process.ts';
import { type Reading, readingSchema, scaleRows, tableHead } from './scale/rows.ts';
import { type PartName, partNames } from './scale/stand-ins.ts';

const program = join(import.meta.dirname, 'scale/run-parts.ts');

export default async function scale(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '10000,100000,1000000' },
      distractors: { type: 'string', default: 'matched' },
      processes: { type: 'string', default: 'own' },
      until: { type: 'string', default: 'report' },
      readings: { type: 'string', default: '1' },
      folder: { type: 'string' },
      only: { type: 'string' },
    },
  });
  const { distractors, processes, until, folder, only } = values;
  oneOf('--distractors', distractors, distractorSources);
  oneOf('--processes', processes, ['own', 'shared']);
  oneOf('--until', until, ['data', 'report']);
  for (const part of only?.split(',') ?? []) oneOf('--only', part, partNames);
  if (only !== undefined && folder === undefined)
    throw userMistake('--only measures parts of an earlier run again; give the --folder that it kept');
  const readings = readCount('--readings', values.readings);
  console.log(`distractors: ${distractors}, processes: ${only === undefined ? processes : 'own'}`);
  console.log(tableHead);
  // Here, so that the bundler's memory is not measured.
  const code = only === undefined ? (await bundleWorkflows()).code : '';
  let first: Reading[] | null = null;
  for (const size of values.sizes.split(',')) {
    const count = readCount('--sizes', size);
    const measured: Reading[] = [];
    for (let i = 0; i < readings; i += 1) {
      measured.push(
        only === undefined
          ? await measureRun(count, folder, [distractors, processes, until], code)
          : await measureAgain(count, keptFolder(folder ?? '', count), distractors, only.split(',')),
      );
    }
    first ??= measured;
    for (const row of scaleRows(count, measured, first)) console.log(row);
  }
}

function oneOf(flag: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw userMistake(`${flag} ${value}: expected one of ${allowed.join(', ')}`);
}

const keptFolder = (folder: string, count: number): string => join(folder, `dermflow-bench-scale-${count}`);

async function measureRun(
  count: number,
  kept: string | undefined,
  settings: readonly string[],
  workflows: string,
): Promise<Reading> {
  const folder = kept === undefined ? await mkdtemp(join(tmpdir(), 'dermflow-bench-scale-')) : keptFolder(kept, count);
  if (kept !== undefined) await rm(folder, { recursive: true, force: true }); // else all would be there
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, workflowsFile), workflows);
    const args = [...flatMemory.flags, program, String(count), folder, ...settings];
    const { stdout } = await execa(process.execPath, args, { env: flatMemory.env, stderr: 'inherit' });
    return readingSchema.parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
  } finally {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function measureAgain(
  count: number,
  folder: string,
  distractors: string,
  parts: readonly string[],
): Promise<Reading> {
  const measured: Reading['parts'] = [];
  for (const part of parts as PartName[]) {
    // as checked
    const inputs = await keptInputs({ folder, part });
    if (inputs.length === 0)
      throw userMistake(
        `${folder} holds no ${part} of a run; measure --sizes ${count} --processes own once without --only`,
      );
    for (const input of inputs) {
      const { measure } = await inOwnProcess({ folder, distractors, part }, input, 'again');
      measured.push({ part, ...measure, attempt: 1 });
      console.error(`${count}: ${part} ${measure.processorSeconds.toFixed(0)} s, ${measure.peakMiB.toFixed(0)} MiB`);
    }
  }
  return { events: null, parts: measured };
}
