/** What a benchmark's items are made of, read out of a run's data; only what it reads. */
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Benchmark, BenchmarkItem, BenchmarkSources } from '../../domain/benchmarks/benchmark.ts';
import { benchmarkNamed } from '../../domain/benchmarks/catalogue/index.ts';
import { ownBenchmark } from '../../domain/benchmarks/own-items.ts';
import type { BenchmarkChoice, BenchmarkData } from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import type { EvaluationProfile } from '../../domain/prompts/profile.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { filterRows, listRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchJson, fetchRows, type ReadingFrom } from '../store/rows.ts';

/** Items are held in memory while they are asked. Throws a user's mistake where there is no such benchmark, or the data give it no item. */
export async function readItems(
  { store, scratch }: ReadingFrom,
  choice: BenchmarkChoice,
  data: BenchmarkData,
  profile: EvaluationProfile,
  limit: number | null,
): Promise<{ benchmark: Benchmark; items: BenchmarkItem[] }> {
  return withScratchFolder(scratch, 'items', async (folder) => {
    const benchmark = typeof choice === 'string' ? benchmarkNamed(choice) : await readOwn(store, choice, folder);
    const all = benchmark.items(await readSources(store, benchmark, data, folder), profile);
    if (all.length === 0)
      throw userMistake(`benchmark ${benchmark.name}: the data hold no item of it; it needs ${benchmark.needs}`);
    return { benchmark, items: all.slice(0, limit ?? all.length) };
  });
}

async function readOwn(
  store: ArtifactStore,
  { name, items }: Exclude<BenchmarkChoice, string>,
  folder: string,
): Promise<Benchmark> {
  const { own } = artifactFiles.dataset;
  const { items: lines, images } = await fetchJson(store, items, own.name, own.schema, folder);
  return ownBenchmark(name, lines, new Map(Object.entries(images)));
}

async function readSources(
  store: ArtifactStore,
  { reads }: Benchmark,
  { questions, dataset }: BenchmarkData,
  folder: string,
): Promise<BenchmarkSources> {
  const [manifest, files] = [dataset && (await store.manifest(dataset)), artifactFiles.dataset];
  const has = (name: string): boolean => manifest !== null && name in manifest.files;
  const { test } = artifactFiles.questions;
  return {
    ...(reads.includes('questions') && questions
      ? { questions: await listRows(await fetchRows(store, questions, test.name, test.schema, folder)) }
      : {}),
    ...(reads.includes('ready') && manifest && has(files.ood.name)
      ? { ready: await listRows(await fetchRows(store, manifest, files.ood.name, files.ood.schema, folder)) }
      : {}),
    ...(reads.includes('cases') && manifest
      ? {
          cases: await listRows(
            filterRows(
              await fetchRows(store, manifest, files.cases.name, files.cases.schema, folder),
              ({ split }) => split === 'test',
            ),
          ),
        }
      : {}),
  };
}
