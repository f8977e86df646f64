/**
 * `npm run bench scale -- --sizes 10000,100000,1000000 --distractors matched --processes own --until report`: the whole
 * workflow but the training, on generated cases, each size in a process of its own started as a worker is; prints peak
 * memory, seconds, history events and the longest silence of each stage.
 *
 * `--processes own` runs each stage in a process of its own: what the stage needs. `shared` runs all of them in one, one
 * after the other, as a worker does that has all roles: what the heap of one stage has not given back counts for the
 * next. `--until data` ends after the first stage.
 *
 * What is real: the workflow on a Temporal server, data preparation (splits, groups, audit for leaks by perceptual hashes),
 * questions, trajectories, evaluation and report, their artifacts on disk. What stands in: the import (`bench data`
 * measures it; here its artifacts are written directly, for it reads pixels and these cases have none), the pixels
 * wherever they are fetched, the model (answers an option by chance), the language model (names the first finding that
 * it may), training. A tenth of the cases is a textbook's.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { z } from 'zod';
import { userMistake } from '../domain/failures.ts';
import { distractorSources } from '../domain/questions/distractors.ts';
import { flatMemory } from '../infra/node24.mjs';
import { bundleWorkflows } from '../test/support/temporal.ts';
import { readCount } from './common/arguments.ts';
import { workflowsFile } from './scale/files.ts';
import { measureSchema } from './scale/measure.ts';

const sizeSchema = z.object({
  count: z.number(),
  /** Null where the run ended before its last stage. */
  events: z.number().nullable(),
  stages: z.array(measureSchema.extend({ stage: z.string(), attempt: z.number() })),
});
type MeasuredSize = z.infer<typeof sizeSchema>;

const program = join(import.meta.dirname, 'scale/run-stages.ts');

export default async function scale(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '10000,100000,1000000' },
      distractors: { type: 'string', default: 'matched' },
      processes: { type: 'string', default: 'own' },
      until: { type: 'string', default: 'report' },
    },
  });
  const { distractors, processes, until } = values;
  oneOf('--distractors', distractors, distractorSources);
  oneOf('--processes', processes, ['own', 'shared']);
  oneOf('--until', until, ['data', 'report']);
  console.log(`distractors: ${distractors}, processes: ${processes}`);
  console.log(
    '| cases | stage | seconds | of the processor | starts with, MiB | peak MiB | × first | longest silence, s | attempts | history events |',
  );
  console.log(`|${' --- |'.repeat(10)}`);
  const { code } = await bundleWorkflows(); // here, so that the bundler's memory is not measured
  let first: MeasuredSize | null = null;
  for (const size of values.sizes.split(',')) {
    const measured = await measureSize(readCount('--sizes', size), [distractors, processes, until], code);
    first ??= measured;
    printRows(measured, first);
  }
}

function oneOf(flag: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw userMistake(`${flag} ${value}: expected one of ${allowed.join(', ')}`);
}

async function measureSize(count: number, settings: readonly string[], workflows: string): Promise<MeasuredSize> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-scale-'));
  try {
    await writeFile(join(folder, workflowsFile), workflows);
    const { stdout } = await execa(
      process.execPath,
      [...flatMemory.flags, program, String(count), folder, ...settings],
      {
        env: flatMemory.env,
        stderr: 'inherit',
      },
    );
    return sizeSchema.parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a stage that runs several times, as evaluation does, the sum of seconds and the highest of the rest. */
function printRows({ count, events, stages }: MeasuredSize, first: MeasuredSize): void {
  const ofStage = (all: MeasuredSize['stages'], stage: string) => all.filter((each) => each.stage === stage);
  const most = (all: MeasuredSize['stages'], field: 'startMiB' | 'peakMiB' | 'silentSeconds' | 'attempt'): number =>
    Math.max(...all.map((each) => each[field]));
  for (const stage of new Set(stages.map((each) => each.stage))) {
    const own = ofStage(stages, stage);
    const total = (field: 'seconds' | 'processorSeconds'): string =>
      own.reduce((sum, each) => sum + each[field], 0).toFixed(0);
    const [peak, ratio] = [most(own, 'peakMiB'), most(own, 'peakMiB') / most(ofStage(first.stages, stage), 'peakMiB')];
    const cells = [
      ...[count, stage, total('seconds'), total('processorSeconds'), most(own, 'startMiB').toFixed(0)],
      ...[
        peak.toFixed(0),
        ratio.toFixed(2),
        most(own, 'silentSeconds').toFixed(1),
        most(own, 'attempt'),
        events ?? '-',
      ],
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
