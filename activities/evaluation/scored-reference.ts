/** What is stored of a reference, which answers without a language model: its items and their summary. */
import type { Benchmark } from '../../domain/benchmarks/benchmark.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { benchmarkFiles } from './benchmark-files.ts';
import { scoreFacts } from './evaluate-benchmark.ts';

/**
 * @param described facts of the row beside its scores; `shown` says what of the pictures it saw
 * @param folder stands until the files are stored
 */
export async function scoredReference(
  benchmark: Benchmark,
  scored: readonly ScoredItem[],
  described: Record<string, string | boolean> & { shown: 'real' | 'grey' },
  folder: string,
) {
  const summary = benchmark.summarise(scored);
  return {
    facts: { ...scoreFacts(summary), ...described, samples: 1 },
    files: await benchmarkFiles(folder, summary, { items: scored }),
  };
}
