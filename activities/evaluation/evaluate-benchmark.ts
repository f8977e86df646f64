/** One model on one benchmark: items asked, answers kept as they come, then scored and summed up. */
import { join } from 'node:path';
import { settled } from '../../domain/answers/answer.ts';
import { type ArtifactRef, digestOfRows, type Json } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { BenchmarkSummary } from '../../domain/benchmarks/summaries/summary.ts';
import {
  type BenchmarkInput,
  type BenchmarkResult,
  type BenchmarkScore,
  benchmarkScoreSchema,
} from '../../domain/contracts/benchmarks.ts';
import { withConfidence } from '../../domain/evaluation/confidence.ts';
import { SampledItems } from '../../domain/evaluation/samples.ts';
import type { ReaderName } from '../../domain/evaluation/scored.ts';
import { profileDigest } from '../../domain/prompts/profile.ts';
import { commitOnce } from '../commit-once.ts';
import { writeJsonFile } from '../json-file.ts';
import { writeLineFiles } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { type AnsweringModel, withAnswers } from './ask-items.ts';
import { withScoreTally } from './score-tally.ts';
import { type AskedItems, withItems } from './sources.ts';

/** A change of items, scores or summary changes the version. */
const method = 'benchmark/5';

export interface OpenedModel extends AnsweringModel {
  /** Digests of artifacts and weights that it is made of, so that the lineage leads to them. */
  inputs: Record<string, string>;
}

export interface BenchmarkContext {
  store: ArtifactStore;
  scratch: string;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
  onDamaged: (key: string) => void;
}

/** The evaluation in the store if this model was asked these items before, else a new one. */
export async function evaluateBenchmark(
  input: Omit<BenchmarkInput, 'onnx'>,
  model: OpenedModel,
  context: BenchmarkContext,
): Promise<BenchmarkResult> {
  const { tested, benchmark, data, asking } = input;
  const evaluation = await withItems(context, benchmark, data, tested.profile, asking.limit, (asked) =>
    evaluateItems(asked, input, model, context),
  );
  const { label, reader } = tested;
  return { ...(await readScore(context.store, evaluation)), label, reader, evaluation };
}

async function evaluateItems(
  { benchmark, items, path }: AskedItems,
  { tested, data, asking }: Omit<BenchmarkInput, 'onnx'>,
  model: OpenedModel,
  context: BenchmarkContext,
): Promise<ArtifactRef> {
  const { label, reader, profile, shown } = tested;
  const { samples } = asking;
  const { name } = benchmark;
  const work = {
    kind: 'benchmark',
    method,
    inputs: { ...model.inputs, items: await digestOfRows(items) },
    params: {
      ...{ benchmark: name, shown, samples },
      ...{ profile: profileDigest(profile), answerer: { ...settled(model.answerer) } satisfies Json },
    },
  } as const;
  const files = artifactFiles.benchmark;
  const isSampled = samples > 1;
  // Around all, since the rows are stored after they were written.
  return withScratchFolder(context.scratch, 'benchmark', (folder) =>
    commitOnce(context.store, work, async () => {
      const paths = { items: join(folder, files.items.name), samples: join(folder, files.samples.name) };
      const sampled = new SampledItems();
      const summary = await withScoreTally(benchmark, async (tally) => {
        const asked = { ...asking, items, shown };
        await withAnswers(model, asked, folder, context, (answersOf) =>
          writeLineFiles(paths, async (writers) => {
            for await (const item of items) {
              const scored = answersOf(item).map(({ text, options }) =>
                withConfidence(benchmark.score(item, text), options),
              );
              const [first] = scored;
              if (!first) continue;
              await writers.items.write(first);
              const group = tally.add(first);
              if (!isSampled) continue;
              sampled.add(group, scored);
              for (const [sample, own] of scored.entries()) await writers.samples.write({ ...own, sample });
            }
          }),
        );
        return tally.summary();
      });
      const summaryPath = join(folder, files.summary.name);
      await writeJsonFile(summaryPath, summary);
      const described = { benchmark: name, label, reader, profile: profile.name };
      return {
        facts: {
          ...{ ...scoreFacts(summary), ...described, shown, samples, data: digestsOf(data) },
          ...(isSampled ? { sampled: sampled.scores() } : {}),
        },
        files: {
          [files.asked.name]: { path },
          [files.items.name]: { path: paths.items },
          ...(isSampled ? { [files.samples.name]: { path: paths.samples } } : {}),
          [files.summary.name]: { path: summaryPath },
        },
      };
    }),
  );
}

/** Whose questions and pictures they first were; other data may give the same items. */
const digestsOf = ({ questions, dataset }: BenchmarkInput['data']) => ({
  questions: questions?.sha256 ?? null,
  dataset: dataset?.sha256 ?? null,
});

/** What the facts of an artifact of kind `benchmark` say. */
export async function readScore(store: ArtifactStore, evaluation: ArtifactRef): Promise<BenchmarkScore> {
  return benchmarkScoreSchema.parse((await store.manifest(evaluation)).facts);
}

/** The part of a summary that fits into facts. */
export function scoreFacts({ items, groups, average }: BenchmarkSummary) {
  const by = (reader: ReaderName) => {
    const { weighted, unread } = average[reader];
    return { score: weighted.score, macroF1: weighted.macroF1, unread };
  };
  return { items, groups, strict: by('strict'), lenient: by('lenient') };
}
