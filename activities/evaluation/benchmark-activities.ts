/** Evaluations of local models on benchmarks. Those of endpoints are `endpoint-activities.ts`, whose clients are large. */
import type { Logger } from 'pino';
import type { ImageRef } from '../../domain/cases/case.ts';
import {
  type AskingSettings,
  type BenchmarkActivities,
  type BenchmarkChoice,
  type BenchmarkData,
  type BenchmarkInput,
  type BenchmarkResult,
  nameOfBenchmark,
  type TestedModel,
} from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Environment } from '../../platform/env.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ReadingFrom } from '../store/rows.ts';
import { identifyModel } from '../trainer/base-model.ts';
import { evaluateBenchmark, type OpenedModel } from './evaluate-benchmark.ts';
import { exportOnnx } from './export.ts';
import { scoreRules } from './score-rules.ts';
import { withItems } from './sources.ts';
import { identifyExport, identifyLocal, openExport, openLocal } from './tested-model.ts';

export interface BenchmarkDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython'>;
  logger: Logger;
}

type LocalModel = Extract<TestedModel, { kind: 'local' }>;

export function createBenchmarkActivities({ store, environment, logger }: BenchmarkDependencies): BenchmarkActivities {
  const trainer = { python: environment.trainerPython, logger };
  const { scratch } = environment;
  return {
    identifyBase: ({ base }) =>
      withHeartbeats((report) =>
        identifyModel(base, { python: trainer.python, run: null }, (done, total) =>
          report({ phase: 'reading the model', done, total }),
        ),
      ),

    exportForBenchmarks: async ({ tested, benchmarks, data, asking }) => {
      if (tested.kind !== 'local' || tested.runtime !== 'onnx') return null;
      return withHeartbeats(async (report, signal) => {
        const onProgress = (done: number, total: number): void => report({ phase: 'exporting', done, total });
        const { seed } = asking.decoding;
        const subject = { ...localModel(tested), seed, threads: asking.threads };
        const items = await itemsBySize({ store, scratch }, tested, benchmarks, data, asking);
        return exportOnnx(subject, items, { store, trainer, scratch, signal, onProgress });
      });
    },

    scoreRules: (input) =>
      withHeartbeats(async (report) => {
        report({ phase: 'scoring rules', done: 0, total: 0 });
        return scoreRules({ store, scratch }, input);
      }),

    evaluateBenchmark: (input) =>
      evaluating(input, { store, scratch, logger }, async () => openTested(input, { store, trainer })),
  };
}

/** One benchmark, with what is reported meanwhile; whoever opens the model. */
export const evaluating = (
  input: BenchmarkInput,
  { store, scratch, logger }: { store: ArtifactStore; scratch: string; logger: Logger },
  openModel: (signal: AbortSignal) => Promise<OpenedModel>,
): Promise<BenchmarkResult> =>
  withHeartbeats(async (report, signal) => {
    const phase = `answering ${nameOfBenchmark(input.benchmark)}`;
    const context = {
      ...{ store, scratch, signal },
      onProgress: (done: number, total: number): void => report({ phase, done, total }),
      onDamaged: (key: string): void => logger.warn({ key }, 'kept answers are damaged; they are asked for again'),
    };
    const result = await evaluateBenchmark(input, await openModel(signal), context);
    logger.info({ ...result, evaluation: result.evaluation.key }, 'model evaluated');
    return result;
  });

/** An item for each size of their pictures: an export has a graph for each. */
async function itemsBySize(
  from: ReadingFrom,
  { profile }: TestedModel,
  benchmarks: readonly BenchmarkChoice[],
  data: BenchmarkData,
  { limit }: AskingSettings,
): Promise<{ image: ImageRef }[]> {
  const bySize = new Map<string, { image: ImageRef }>();
  for (const choice of benchmarks)
    await withItems(from, choice, data, profile, limit, async ({ items }) => {
      for await (const { image } of items) bySize.set(`${image.height}x${image.width}`, { image });
    });
  return [...bySize.values()];
}

function localModel({ base, baseSha256, adapter }: LocalModel) {
  if (baseSha256 === null) throw userMistake(`model ${base} has no digest; identifyBase gives it`);
  return { model: { base, sha256: baseSha256 }, checkpoint: adapter };
}

async function openTested(
  { tested, asking, onnx }: BenchmarkInput,
  { store, trainer }: { store: ArtifactStore; trainer: { python: string; logger: Logger } },
): Promise<OpenedModel> {
  const { decoding, threads } = asking;
  if (tested.kind === 'endpoint') throw userMistake(`${tested.label} is asked by an llm worker`);
  if (tested.kind === 'onnx') {
    return {
      answerer: { model: await identifyExport(store, tested.onnx), runtime: 'onnx', precision: 'fp32', decoding },
      inputs: { onnx: tested.onnx.sha256 },
      open: (folder) => openExport(store, tested.onnx, folder, threads),
    };
  }
  const local = localModel(tested);
  const { runtime } = tested;
  const precision = runtime === 'onnx' ? 'fp32' : tested.precision;
  if (runtime === 'onnx' && !onnx) throw userMistake(`${tested.label} was not exported; run exportForBenchmarks first`);
  const settings = { seed: decoding.seed, threads, precision } as const;
  return {
    answerer: { model: await identifyLocal(store, local), runtime, precision, decoding },
    inputs: {
      model: local.model.sha256,
      ...(local.checkpoint ? { checkpoint: local.checkpoint.sha256 } : {}),
    },
    open: (folder) =>
      runtime === 'onnx' && onnx
        ? openExport(store, onnx, folder, threads)
        : openLocal({ store, trainer }, local, settings, folder),
  };
}
