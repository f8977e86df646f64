/** Scored items of any number for their summary; the names of their groups lie on disk. */
import type { BenchmarkSummary } from '../../domain/benchmarks/summaries/summary.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { ScoredRows } from '../../domain/evaluation/scored-rows.ts';
import { createDiskNumbers } from '../answers/disk-numbers.ts';
import type { Rows } from '../rows.ts';
import type { Scoring } from './sources.ts';

interface ScoreTally {
  /** The number of the item's group. */
  add(item: ScoredItem): number;
  summary(): BenchmarkSummary;
}

/** Gives `work` a tally, which is closed after it. */
export async function withScoreTally<T>(
  benchmark: Pick<Scoring, 'summarise'>,
  work: (tally: ScoreTally) => Promise<T>,
): Promise<T> {
  const groups = createDiskNumbers();
  try {
    const rows = new ScoredRows();
    return await work({
      add: (item) => {
        const group = groups.of(item.group);
        rows.add({ ...item, group });
        return group;
      },
      summary: () => benchmark.summarise(rows),
    });
  } finally {
    groups.close();
  }
}

export const summariseRows = (
  benchmark: Pick<Scoring, 'summarise'>,
  scored: Rows<ScoredItem>,
): Promise<BenchmarkSummary> =>
  withScoreTally(benchmark, async ({ add, summary }) => {
    for await (const item of scored) add(item);
    return summary();
  });
