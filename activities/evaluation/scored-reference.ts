/** What is stored of a reference, which answers without a language model: its items and their summary. */
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Benchmark } from '../../domain/benchmarks/benchmark.ts';
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import { toJsonLines } from '../json-lines.ts';
import { scoreOf } from './evaluate-benchmark.ts';

/** @param described facts of the row beside its scores; `shown` says what of the pictures it saw */
export function scoredReference(
  benchmark: Benchmark,
  scored: readonly ScoredItem[],
  described: Record<string, string | boolean> & { shown: 'real' | 'grey' },
) {
  const summary = benchmark.summarise(scored);
  const files = artifactFiles.benchmark;
  return {
    facts: { ...scoreOf(summary), ...described, samples: 1 },
    files: {
      [files.items.name]: toJsonLines(scored),
      [files.summary.name]: `${JSON.stringify(summary, null, 2)}\n`,
    },
  };
}
