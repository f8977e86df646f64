/** Items of an evaluation, scored and as they were asked. */
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { readJson } from '../../activities/store/commit.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import { questionItems } from '../../domain/benchmarks/items.ts';
import { summariseChoices } from '../../domain/benchmarks/summaries/summarise.ts';
import type { BenchmarkSummary } from '../../domain/benchmarks/summaries/summary.ts';
import { taskOfBenchmark } from '../../domain/evaluation/asked.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import type { BoardRow } from './board.ts';
import { asScored } from './run-items.ts';

/** Items of the row's evaluation on its benchmark. */
export async function readScored(store: ArtifactStore, { evaluation, benchmark }: BoardRow): Promise<ScoredItem[]> {
  if (evaluation.kind === 'benchmark') {
    const { items } = artifactFiles.benchmark;
    return readJsonLines(store, evaluation, items.name, items.schema);
  }
  const { items } = artifactFiles.evaluation;
  const asked = await readJsonLines(store, evaluation, items.name, items.schema);
  const task = taskOfBenchmark(benchmark);
  return asked.filter((item) => item.task === task).map(asScored);
}

/** Of the row's evaluation; that of a run has another, so it is made of the items. */
export async function readSummary(
  store: ArtifactStore,
  { evaluation, benchmark }: BoardRow,
  scored: readonly ScoredItem[],
): Promise<BenchmarkSummary> {
  if (evaluation.kind !== 'benchmark') return summariseChoices(benchmark, scored);
  const { summary } = artifactFiles.benchmark;
  return readJson(store, evaluation, summary.name, summary.schema);
}

/** A benchmark's own artifact keeps what was asked; of a run's evaluation its questions are. */
export async function readAsked(
  store: ArtifactStore,
  { evaluation, benchmark, profile }: BoardRow,
): Promise<BenchmarkItem[]> {
  const manifest = await store.manifest(evaluation);
  const { asked } = artifactFiles.benchmark;
  if (asked.name in manifest.files) return readJsonLines(store, manifest, asked.name, asked.schema);
  const task = taskOfBenchmark(benchmark);
  const questions = manifest.inputs.questions && (await store.manifestByDigest(manifest.inputs.questions));
  if (!questions || !task) return [];
  const { test } = artifactFiles.questions;
  const all = await readJsonLines(store, questions, test.name, test.schema);
  return questionItems({ questions: all }, task, evaluationProfile(profile));
}

export const indexById = <T extends { id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]));
