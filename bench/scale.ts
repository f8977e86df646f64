/**
 * `npm run bench scale -- --sizes 10000,100000,1000000 --distractors matched`: the whole workflow but the training, on
 * generated cases, each size in a process of its own started as a worker is; prints peak memory, seconds, history events
 * and the longest silence of each stage.
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
import { smallHeap, twoMallocArenas } from '../infra/node24.mjs';
import { bundleWorkflows } from '../test/support/temporal.ts';
import { readCount } from './common/arguments.ts';
import { workflowsFile } from './scale/workflows-file.ts';

const measureSchema = z.object({
  count: z.number(),
  events: z.number(),
  stages: z.array(
    z.object({
      stage: z.string(),
      seconds: z.number(),
      processorSeconds: z.number(),
      peakMiB: z.number(),
      silentSeconds: z.number(),
      attempt: z.number(),
    }),
  ),
});
type Measure = z.infer<typeof measureSchema>;

const program = join(import.meta.dirname, 'scale/run-stages.ts');

export default async function scale(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '10000,100000,1000000' },
      distractors: { type: 'string', default: 'matched' },
    },
  });
  const { distractors } = values;
  if (!distractorSources.some((source) => source === distractors))
    throw userMistake(`--distractors ${distractors}: expected one of ${distractorSources.join(', ')}`);
  console.log(`distractors: ${distractors}`);
  console.log(
    '| cases | stage | seconds | of the processor | peak MiB | × first | longest silence, s | attempts | history events |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  const { code } = await bundleWorkflows(); // here, so that the bundler's memory is not measured
  let first: Measure | null = null;
  for (const size of values.sizes.split(',')) {
    const measured = await measure(readCount('--sizes', size), distractors, code);
    first ??= measured;
    printRows(measured, first);
  }
}

async function measure(count: number, distractors: string, workflows: string): Promise<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-scale-'));
  try {
    await writeFile(join(folder, workflowsFile), workflows);
    const { stdout } = await execa(process.execPath, [smallHeap, program, String(count), folder, distractors], {
      env: twoMallocArenas,
      stderr: 'inherit',
    });
    return measureSchema.parse(JSON.parse(stdout.split('\n').at(-1) ?? ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of a stage that runs several times, as evaluation does, the sum of seconds and the highest of the rest. */
function printRows({ count, events, stages }: Measure, first: Measure): void {
  const ofStage = (all: Measure['stages'], stage: string) => all.filter((each) => each.stage === stage);
  const most = (all: Measure['stages'], field: 'peakMiB' | 'silentSeconds' | 'attempt'): number =>
    Math.max(...all.map((each) => each[field]));
  for (const stage of new Set(stages.map((each) => each.stage))) {
    const own = ofStage(stages, stage);
    const total = (field: 'seconds' | 'processorSeconds'): string =>
      own.reduce((sum, each) => sum + each[field], 0).toFixed(0);
    const [peak, ratio] = [most(own, 'peakMiB'), most(own, 'peakMiB') / most(ofStage(first.stages, stage), 'peakMiB')];
    const cells = [
      ...[count, stage, total('seconds'), total('processorSeconds'), peak.toFixed(0), ratio.toFixed(2)],
      ...[most(own, 'silentSeconds').toFixed(1), most(own, 'attempt'), events],
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
