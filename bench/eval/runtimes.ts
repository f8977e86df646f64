/** The exported model in a thread of this process, and Transformers in a process of its own, on the same rows. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openOnnxModel } from '../../activities/inference/onnx-runner.ts';
import { createTransformersRunner } from '../../activities/inference/transformers-runner.ts';
import type { ModelRunner } from '../../activities/ports/model-runner.ts';
import { modelPath } from '../../activities/trainer/model-folders.ts';
import { runTrainerJob } from '../../activities/trainer/trainer-job.ts';
import type { ExportOnnxJob } from '../../domain/jobs/export.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { benchLogger } from '../common/logger.ts';
import { median } from '../common/median.ts';
import { processorMsOf } from '../common/processor.ts';
import type { Items } from './items.ts';

interface Settings {
  threads: number;
  repeats: number;
  batches: readonly number[];
  /** Folder of another base in place of the shipped one. */
  model: string | null;
  adapter: string | null;
  title: string;
}

const maxNewTokens = 64;

interface Run {
  /** Items per second between the end of the first batch and that of the last: without loading, and warm. */
  rate: number;
  /** The same from the first question on, with all that is loaded. */
  withLoading: number;
  /** Milliseconds per item of all threads of this process and its children, between the same moments as `rate`. */
  processor: number;
  tokens: Map<string, string>;
}

/** Batches take turns with the runtimes, so that what else the machine does falls on all. */
export async function compareRuntimes(items: Items, folder: string, settings: Settings): Promise<void> {
  const { threads, repeats, batches, model, adapter, title } = settings;
  const trainer = { python: ownEnvironment().trainerPython, logger: benchLogger() };
  const common = {
    seed: 1,
    threads,
    precision: 'fp32',
    model: model ?? modelPath({ base: 'tiny', sha256: '' }),
    adapter,
  } as const;
  const exported = await mkdtemp(join(folder, 'export-'));
  const job: ExportOnnxJob = { schema: 1, job: 'export-onnx', ...common, output: exported, imageSizes: items.sizes };
  await runTrainerJob(trainer, job, { folder });
  const runtimes: Record<string, () => Promise<ModelRunner>> = {
    onnx: () => openOnnxModel(exported, { threads }),
    transformers: async () => createTransformersRunner(trainer, { ...common, scratch: folder }),
  };
  console.log(
    `\n${title}: ${items.rows.length} items, ${threads} thread${threads > 1 ? 's' : ''}, greedy, at most ${maxNewTokens} tokens; medians of ${repeats}`,
  );
  const runs = new Map<string, Run[]>();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const batchSize of batches.filter((size) => 2 * size <= items.rows.length)) {
      for (const [name, open] of Object.entries(runtimes)) {
        const key = `${name} ${batchSize}`;
        runs.set(key, [...(runs.get(key) ?? []), await run(items, await open(), batchSize)]);
      }
    }
  }
  const best = Object.keys(runtimes).map((name) => report(name, runs));
  const [onnx, transformers] = best;
  if (!onnx || !transformers) throw new RangeError('nothing was measured');
  const all = [...runs.values()].flat();
  const same = items.rows.every(({ id }) => new Set(all.map(({ tokens }) => tokens.get(id))).size === 1);
  const times = (ratio: number): string => `${ratio.toFixed(2)} x`;
  console.log(
    `${times(onnx.rate / transformers.rate)} the items per second of Transformers, ${times(transformers.processor / onnx.processor)} by processor time, ${times(onnx.withLoading / transformers.withLoading)} with loading; answers ${same ? 'token for token the same' : 'DIFFER'} over all batches and runs`,
  );
}

type Summary = Omit<Run, 'tokens'>;

/** The medians at each batch, printed, and those of the batch with the highest rate. */
function report(name: string, runs: ReadonlyMap<string, readonly Run[]>): Summary {
  const own = [...runs].filter(([key]) => key.startsWith(`${name} `));
  const medians = own.map(([key, measured]) => {
    const of = (what: keyof Summary): number => median(measured.map((run) => run[what]));
    const summary: Summary = { rate: of('rate'), withLoading: of('withLoading'), processor: of('processor') };
    return { batch: key.slice(name.length + 1), ...summary };
  });
  for (const { batch, rate, withLoading, processor } of medians) {
    console.log(
      `${name.padEnd(13)} batch ${batch.padStart(3)}  ${rate.toFixed(1).padStart(7)} items/s   ${withLoading.toFixed(1).padStart(7)} with loading   processor ${processor.toFixed(2).padStart(6)} ms per item`,
    );
  }
  const [best] = medians.toSorted((a, b) => b.rate - a.rate);
  if (!best) throw new RangeError(`${name} was not measured`);
  return best;
}

async function run({ rows, images }: Items, runner: ModelRunner, batchSize: number): Promise<Run> {
  const begun = performance.now();
  const marks: { done: number; at: number; processor: number }[] = [];
  const onProgress = (done: number): void => {
    marks.push({ done, at: performance.now(), processor: processorMsOf(process.pid) ?? Number.NaN });
  };
  const tokens = new Map<string, string>();
  for await (const answer of runner.generate(rows, { images, batchSize, maxNewTokens, onProgress })) {
    tokens.set(answer.id, answer.tokens.join(' '));
  }
  await runner.close();
  const [first, last] = [marks[0], marks.at(-1)];
  if (!first || !last) throw new RangeError('nothing was answered');
  return {
    rate: (last.done - first.done) / ((last.at - first.at) / 1_000),
    withLoading: rows.length / ((last.at - begun) / 1_000),
    processor: (last.processor - first.processor) / (last.done - first.done),
    tokens,
  };
}
