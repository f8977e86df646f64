/** One model on one benchmark: items asked, answers kept as they come, then scored and summed up. */
import { type KeptAnswer, settled } from '../../domain/answers/answer.ts';
import { type ArtifactRef, canonicalJson, digestOf, type Json } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Benchmark, BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import type { BenchmarkSummary } from '../../domain/benchmarks/summaries/summary.ts';
import {
  type BenchmarkInput,
  type BenchmarkResult,
  type BenchmarkScore,
  benchmarkScoreSchema,
} from '../../domain/contracts/benchmarks.ts';
import { withConfidence } from '../../domain/evaluation/confidence.ts';
import { sampledScores } from '../../domain/evaluation/samples.ts';
import type { ReaderName } from '../../domain/evaluation/scored.ts';
import { profileDigest } from '../../domain/prompts/profile.ts';
import { commitOnce } from '../commit-once.ts';
import { toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { type AnsweringModel, askItems } from './ask-items.ts';
import { readItems } from './sources.ts';

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
  { tested, benchmark: choice, data, asking }: Omit<BenchmarkInput, 'onnx'>,
  model: OpenedModel,
  context: BenchmarkContext,
): Promise<BenchmarkResult> {
  const { store } = context;
  const { benchmark, items } = await readItems(store, choice, data, tested.profile, asking.limit);
  const { label, reader, profile } = tested;
  const { name } = benchmark;
  const work = {
    kind: 'benchmark',
    method,
    inputs: { ...model.inputs, items: digestOf(canonicalJson(items)) },
    params: {
      ...{ benchmark: name, shown: tested.shown, samples: asking.samples },
      ...{ profile: profileDigest(profile), answerer: { ...settled(model.answerer) } satisfies Json },
    },
  } as const;
  const evaluation = await commitOnce(store, work, async () => {
    const answers = await withScratchFolder(context.scratch, 'benchmark', (folder) =>
      askItems(model, { ...asking, items, shown: tested.shown }, folder, context),
    );
    const scored = scoreAll(benchmark, items, answers);
    const summary = benchmark.summarise(scored.first);
    const described = { benchmark: name, label, reader, profile: profile.name };
    const files = artifactFiles.benchmark;
    return {
      facts: {
        ...{ ...scoreOf(summary), ...described, shown: tested.shown, samples: asking.samples, data: digestsOf(data) },
        ...(asking.samples > 1 ? { sampled: sampledScores(scored.byItem) } : {}),
      },
      files: {
        [files.asked.name]: toJsonLines(items),
        [files.items.name]: toJsonLines(scored.first),
        ...(asking.samples > 1 ? { [files.samples.name]: toJsonLines(scored.all) } : {}),
        [files.summary.name]: `${JSON.stringify(summary, null, 2)}\n`,
      },
    };
  });
  return { ...(await readScore(store, evaluation)), label, reader, evaluation };
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

/** All answers to each item, the first of them, and all with their number. */
function scoreAll(benchmark: Benchmark, items: readonly BenchmarkItem[], answers: readonly KeptAnswer[][]) {
  const byItem = items.map((item, i) =>
    (answers[i] ?? []).map(({ text, options }) => withConfidence(benchmark.score(item, text), options)),
  );
  return {
    byItem,
    first: byItem.flatMap((own) => own.slice(0, 1)),
    all: byItem.flatMap((own) => own.map((scored, sample) => ({ ...scored, sample }))),
  };
}

/** The part of a summary that fits into facts. */
export function scoreOf({ items, groups, average }: BenchmarkSummary) {
  const by = (reader: ReaderName) => {
    const { weighted, unread } = average[reader];
    return { score: weighted.score, macroF1: weighted.macroF1, unread };
  };
  return { items, groups, strict: by('strict'), lenient: by('lenient') };
}
