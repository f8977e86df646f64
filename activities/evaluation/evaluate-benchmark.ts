/** One model on one benchmark: items asked, answers kept as they come, then scored and summed up. */
import { type KeptAnswer, settled } from '../../domain/answers/answer.ts';
import { type ArtifactRef, digestOfJson, type Json } from '../../domain/artifact.ts';
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
import type { ReaderName, ScoredItem } from '../../domain/evaluation/scored.ts';
import { profileDigest } from '../../domain/prompts/profile.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { flatMapRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { type AnsweringModel, askItems } from './ask-items.ts';
import { benchmarkFiles } from './benchmark-files.ts';
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
  const { benchmark, items } = await readItems(context, choice, data, tested.profile, asking.limit);
  const { label, reader, profile } = tested;
  const { name } = benchmark;
  const work = {
    kind: 'benchmark',
    method,
    inputs: { ...model.inputs, items: digestOfJson(items) },
    params: {
      ...{ benchmark: name, shown: tested.shown, samples: asking.samples },
      ...{ profile: profileDigest(profile), answerer: { ...settled(model.answerer) } satisfies Json },
    },
  } as const;
  // Around all, since the rows are stored after they were written.
  const evaluation = await withScratchFolder(context.scratch, 'benchmark', (folder) =>
    commitOnce(store, work, async () => {
      const answers = await askItems(model, { ...asking, items, shown: tested.shown }, folder, context);
      const scored = scoreAll(benchmark, items, answers);
      const first = scored.flatMap((own) => own.slice(0, 1));
      const all = flatMapRows(scored, (own) => own.map((each, sample) => ({ ...each, sample })));
      const summary = benchmark.summarise(first);
      const described = { benchmark: name, label, reader, profile: profile.name };
      const isSampled = asking.samples > 1;
      return {
        facts: {
          ...{
            ...scoreFacts(summary),
            ...described,
            shown: tested.shown,
            samples: asking.samples,
            data: digestsOf(data),
          },
          ...(isSampled ? { sampled: sampledScores(scored) } : {}),
        },
        files: await benchmarkFiles(folder, summary, {
          ...{ asked: items, items: first },
          ...(isSampled ? { samples: all } : {}),
        }),
      };
    }),
  );
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

/** All answers to each item. */
const scoreAll = (
  benchmark: Benchmark,
  items: readonly BenchmarkItem[],
  answers: readonly KeptAnswer[][],
): ScoredItem[][] =>
  items.map((item, i) =>
    (answers[i] ?? []).map(({ text, options }) => withConfidence(benchmark.score(item, text), options)),
  );

/** The part of a summary that fits into facts. */
export function scoreFacts({ items, groups, average }: BenchmarkSummary) {
  const by = (reader: ReaderName) => {
    const { weighted, unread } = average[reader];
    return { score: weighted.score, macroF1: weighted.macroF1, unread };
  };
  return { items, groups, strict: by('strict'), lenient: by('lenient') };
}
