/** The files of a `benchmark` artifact, whoever answered: on disk, for their rows grow with the items. */
import { join } from 'node:path';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { BenchmarkItem } from '../../domain/benchmarks/benchmark.ts';
import type { Judgement } from '../../domain/benchmarks/narratives/judged.ts';
import type { BenchmarkSummary } from '../../domain/benchmarks/summaries/summary.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { writeJsonFile } from '../json-file.ts';
import { rowFiles } from '../json-lines.ts';
import type { Rows } from '../rows.ts';

export interface BenchmarkRows {
  asked?: Rows<BenchmarkItem>;
  items: Rows<ScoredItem>;
  samples?: Rows<ScoredItem & { sample: number }>;
  judgements?: Rows<Judgement>;
}

/** @param folder stands until the files are stored */
export async function benchmarkFiles(
  folder: string,
  summary: BenchmarkSummary,
  { asked, items, samples, judgements }: BenchmarkRows,
): Promise<Record<string, { path: string }>> {
  const files = artifactFiles.benchmark;
  const path = join(folder, files.summary.name);
  await writeJsonFile(path, summary);
  const rows = await rowFiles(folder, {
    ...(asked ? { [files.asked.name]: asked } : {}),
    [files.items.name]: items,
    ...(samples ? { [files.samples.name]: samples } : {}),
    ...(judgements ? { [files.judgements.name]: judgements } : {}),
  });
  return { ...rows, [files.summary.name]: { path } };
}
