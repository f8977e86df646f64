/** What a benchmark's items are made of, read out of a run's data; only what it reads. */
import { join } from 'node:path';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Benchmark, BenchmarkItem, BenchmarkSources } from '../../domain/benchmarks/benchmark.ts';
import { benchmarkNamed } from '../../domain/benchmarks/catalogue/index.ts';
import { ownBenchmark } from '../../domain/benchmarks/own-items.ts';
import type { BenchmarkChoice, BenchmarkData } from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import type { EvaluationProfile } from '../../domain/prompts/profile.ts';
import { createDiskMap, type DiskMap } from '../datasets/opening/disk-map.ts';
import { ownRows, writeRows } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { chunksOf, filterRows, firstRows, listRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchJson, fetchRows, type ReadingFrom } from '../store/rows.ts';

/** Rows of the sources that are in memory at once. */
const rowsAtOnce = 512;

/** What answers are scored by, which holds none of the items. */
export type Scoring = Pick<Benchmark, 'name' | 'score' | 'summarise'>;

export interface AskedItems {
  benchmark: Scoring;
  /** On this machine's disk, as JSON lines. */
  items: Rows<BenchmarkItem>;
  path: string;
  count: number;
}

/**
 * Gives `work` the items, which lie on disk meanwhile. Throws a user's mistake where there is no such benchmark, or the data give
 * it no item.
 *
 * @param limit the first so many; null: all
 */
export function withItems<T>(
  { store, scratch }: ReadingFrom,
  choice: BenchmarkChoice,
  data: BenchmarkData,
  profile: EvaluationProfile,
  limit: number | null,
  work: (asked: AskedItems) => Promise<T>,
): Promise<T> {
  return withScratchFolder(scratch, 'items', async (folder) => {
    const path = join(folder, artifactFiles.benchmark.asked.name);
    const { benchmark, count } = await withScratchFolder(scratch, 'sources', async (sources) => {
      const own = typeof choice === 'string' ? benchmarkNamed(choice) : await readOwn(store, choice, sources);
      const all = makeItems(own, await openSources(store, own, data, sources), profile);
      const written = await writeRows(path, firstRows(all, limit ?? Number.POSITIVE_INFINITY));
      if (written === 0) throw userMistake(`benchmark ${own.name}: the data hold no item of it; it needs ${own.needs}`);
      const { name, score, summarise } = own;
      return { benchmark: { name, score, summarise }, count: written };
    });
    return work({ benchmark, items: ownRows(path), path, count });
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

type SourceRows = { [Name in keyof BenchmarkSources]: Rows<NonNullable<BenchmarkSources[Name]>[number]> };

async function openSources(
  store: ArtifactStore,
  { reads }: Benchmark,
  { questions, dataset }: BenchmarkData,
  folder: string,
): Promise<SourceRows> {
  const [manifest, files] = [dataset && (await store.manifest(dataset)), artifactFiles.dataset];
  const has = (name: string): boolean => manifest !== null && name in manifest.files;
  const { test } = artifactFiles.questions;
  return {
    ...(reads.includes('questions') && questions
      ? { questions: await fetchRows(store, questions, test.name, test.schema, folder) }
      : {}),
    ...(reads.includes('ready') && manifest && has(files.ood.name)
      ? { ready: await fetchRows(store, manifest, files.ood.name, files.ood.schema, folder) }
      : {}),
    ...(reads.includes('cases') && manifest
      ? {
          cases: filterRows(
            await fetchRows(store, manifest, files.cases.name, files.cases.schema, folder),
            ({ split }) => split === 'test',
          ),
        }
      : {}),
  };
}

/** The items of all rows. Some rows at a time, except for a benchmark that chooses among all. */
function makeItems(benchmark: Benchmark, sources: SourceRows, profile: EvaluationProfile): Rows<BenchmarkItem> {
  const { questions, ready, cases } = sources;
  const make = (sources: BenchmarkSources): BenchmarkItem[] => benchmark.items(sources, profile);
  return {
    [Symbol.asyncIterator]: async function* () {
      if (benchmark.choosesAmongAll || (ready && (questions || cases))) yield* make(await listSources(sources));
      else if (benchmark.reads.includes('questions')) {
        using known = createDiskMap();
        for await (const row of cases ?? []) known.add(row.id, JSON.stringify(row));
        for await (const some of chunksOf(questions ?? [], rowsAtOnce))
          yield* make({ questions: some, cases: some.flatMap(({ caseId }) => casesIn(known, caseId)) });
      } else if (benchmark.reads.includes('ready')) {
        for await (const some of chunksOf(ready ?? [], rowsAtOnce)) yield* make({ ready: some });
      } else {
        for await (const some of chunksOf(cases ?? [], rowsAtOnce)) yield* make({ cases: some });
      }
    },
  };
}

async function listSources({ questions, ready, cases }: SourceRows): Promise<BenchmarkSources> {
  return {
    ...(questions ? { questions: await listRows(questions) } : {}),
    ...(ready ? { ready: await listRows(ready) } : {}),
    ...(cases ? { cases: await listRows(cases) } : {}),
  };
}

type SourceCase = NonNullable<BenchmarkSources['cases']>[number];

const casesIn = (known: DiskMap, id: string): SourceCase[] => known.get(id).map((text) => JSON.parse(text)); // as it was added
